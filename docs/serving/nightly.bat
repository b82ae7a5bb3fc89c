@echo off
rem Example: C:\kenshu-run\nightly.bat  Backup, verification, anchor, check. Ends with 1 when one of them does.
call "%~dp0settings.bat"
cd /d C:\kenshu
set FLASK=.venv\Scripts\python -m flask --app app
(
%FLASK% backup E:\kenshu-backup --keep 30 && %FLASK% evidence verify --keep && %FLASK% evidence anchor E:\kenshu-backup\anchors.txt && %FLASK% doctor
) >> D:\kenshu-log\nightly.log 2>&1 || exit /b 1
