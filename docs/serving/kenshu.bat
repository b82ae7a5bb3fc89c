@echo off
rem Example: C:\kenshu-run\kenshu.bat  The settings stand in settings.bat, shared with nightly.bat.
call "%~dp0settings.bat"
cd /d C:\kenshu
.venv\Scripts\python -m waitress --host=127.0.0.1 --port=8000 --threads=8 --call app:create_app >> D:\kenshu-log\kenshu.log 2>&1
