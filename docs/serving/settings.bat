rem Example: C:\kenshu-run\settings.bat
set KENSHU_INSTANCE=D:\kenshu-data
set KENSHU_CONTENT=D:\kenshu-content
set KENSHU_ADDRESS=https://kenshu.example.lg.jp/
set KENSHU_HTTPS=1
set PYTHONUTF8=1
