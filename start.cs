#!/usr/bin/env dotnet
#:property PublishAot=false

// Starts SseAspire: dotnet start.cs [settings for the AppHost, such as --Web:Port=8090]
//
// Where Aspire's packages can be restored this is the Aspire AppHost with its dashboard, elsewhere the same
// application without it. The environment variable UseAspire (true, false) decides instead, if it is set.

using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

Directory.SetCurrentDirectory((string)AppContext.GetData("EntryPointFileDirectoryPath")!);

Environment.SetEnvironmentVariable("UseAspire", UseAspire());
Console.WriteLine("Restoring, building and starting; the first time takes a minute.");
using var run = Process.Start("dotnet", ["run", "--project", "SseAspire.AppHost", "--", .. args]);

// Ctrl+C in a terminal reaches the AppHost by itself; a signal sent to this process alone would not.
// Either way this process stays until the AppHost has stopped every part.
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, PassOn);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, PassOn);
run.WaitForExit();
return run.ExitCode;

void PassOn(PosixSignalContext signal)
{
    signal.Cancel = true;
    if (!OperatingSystem.IsWindows() && !run.HasExited)
    {
        const int Terminate = 15;
        _ = Kill(run.Id, Terminate);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Kill(int process, int signal);
}

// test.cs has the same function: a file-based program of the oldest SDK that global.json allows cannot
// include another file.
static string UseAspire()
{
    if (Environment.GetEnvironmentVariable("UseAspire") is { Length: > 0 } chosen)
    {
        Console.WriteLine($"UseAspire={chosen}: so the environment variable says.");
        return chosen;
    }

    Console.WriteLine("Looking whether Aspire's packages can be restored ...");
    var start = new ProcessStartInfo("dotnet", ["restore", "SseAspire.AppHost", "--verbosity", "quiet"])
    {
        Environment = { ["UseAspire"] = "true" },
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
    using var restore = Process.Start(start)!;
    var errors = restore.StandardError.ReadToEndAsync();
    var output = restore.StandardOutput.ReadToEndAsync();
    if (!restore.WaitForExit(TimeSpan.FromMinutes(5)))
    {
        restore.Kill(entireProcessTree: true);
        Console.WriteLine("UseAspire=false: restoring Aspire's packages took longer than five minutes.");
        return "false";
    }

    if (restore.ExitCode == 0)
    {
        Console.WriteLine("UseAspire=true: Aspire's packages can be restored.");
        return "true";
    }

    var said = output.Result + errors.Result;
    var missing = Regex.Match(said, @"Unable to find package [\w.-]*\w");
    var why = missing.Success ? missing : Regex.Match(said, ".*error.*");
    Console.WriteLine($"UseAspire=false: Aspire's packages cannot be restored ({why.Value.Trim()}).");
    return "false";
}
