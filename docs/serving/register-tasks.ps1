# Run once in an elevated PowerShell. Asks for the password of the service account (e.g. CITY\svc-kenshu).
$account = Get-Credential -Message "Service account of Kenshu"
$password = $account.GetNetworkCredential().Password
$always = New-ScheduledTaskSettingsSet -ExecutionTimeLimit ([TimeSpan]::Zero) -RestartCount 999 `
    -RestartInterval (New-TimeSpan -Minutes 1) -StartWhenAvailable -MultipleInstances IgnoreNew
Register-ScheduledTask -TaskName "Kenshu" -Settings $always -User $account.UserName -Password $password `
    -Action (New-ScheduledTaskAction -Execute "C:\kenshu-run\kenshu.bat") `
    -Trigger (New-ScheduledTaskTrigger -AtStartup)
$nightly = New-ScheduledTaskSettingsSet -ExecutionTimeLimit (New-TimeSpan -Hours 2) -StartWhenAvailable
Register-ScheduledTask -TaskName "Kenshu nightly" -Settings $nightly -User $account.UserName -Password $password `
    -Action (New-ScheduledTaskAction -Execute "C:\kenshu-run\nightly.bat") `
    -Trigger (New-ScheduledTaskTrigger -Daily -At "02:30")
