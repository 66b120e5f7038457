#!/usr/bin/env dotnet
#:property PublishAot=false

// Runs every test of SseAspire: dotnet test.cs
//
// The projects run one after another, because some measure time. The last line is the sum of them all:
// "N passed, N failed, N skipped". The exit code is 0 if nothing failed. UseAspire is chosen as in start.cs.

using System.Diagnostics;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

Directory.SetCurrentDirectory((string)AppContext.GetData("EntryPointFileDirectoryPath")!);

Environment.SetEnvironmentVariable("UseAspire", UseAspire());
if (Run("build", "SseAspire.sln", "--nologo", "--verbosity", "minimal") is not 0 and var buildFailed)
{
    Console.Error.WriteLine("The build failed, so no test ran.");
    return buildFailed;
}

string[] plain = Console.IsOutputRedirected ? ["-noColor"] : [];
var results = Directory.CreateDirectory("artifacts/tests").FullName;
int passed = 0, failed = 0;
List<string> skipped = [], broken = [];
foreach (var project in Directory.GetDirectories("tests", "*.Tests").Order(StringComparer.Ordinal))
{
    var name = Path.GetFileName(project);
    Console.WriteLine($"\n{name}");
    var report = Path.Combine(results, $"{name}.xml");
    File.Delete(report);
    var exitCode = Run(["run", "--no-build", "--project", project, "--", "-noLogo", .. plain, "-result-xml", report]);
    Count(name, report, exitCode);
}

Console.WriteLine();
skipped.ForEach(test => Console.WriteLine($"Skipped: {test}"));
broken.ForEach(Console.Error.WriteLine);
Console.WriteLine($"{passed} passed, {failed} failed, {skipped.Count} skipped");
return failed + broken.Count == 0 ? 0 : 1;

static int Run(params string[] arguments)
{
    using var dotnet = Process.Start("dotnet", arguments);
    // A test that hangs must not hang the others for ever.
    if (dotnet.WaitForExit(TimeSpan.FromMinutes(40)))
    {
        return dotnet.ExitCode;
    }

    Console.Error.WriteLine("Killed after 40 minutes.");
    dotnet.Kill(entireProcessTree: true);
    return 1;
}

// Reads what xunit wrote (https://xunit.net/docs/format-xml-v2). A project that crashed wrote nothing, or half of it.
void Count(string project, string report, int exitCode)
{
    var failedBefore = failed;
    List<XElement> tests = [];
    try
    {
        tests = [.. XDocument.Load(report).Descendants("test")];
    }
    catch (Exception e) when (e is IOException or XmlException)
    {
        broken.Add($"{project} left no report that can be read: {e.Message}");
    }

    foreach (var test in tests)
    {
        switch ((string?)test.Attribute("result"))
        {
            case "Pass":
                passed++;
                break;
            case "Skip":
                skipped.Add($"{(string?)test.Attribute("name")}: {(string?)test.Element("reason") ?? "no reason given"}");
                break;
            default:
                failed++;
                break;
        }
    }

    if (tests.Count == 0)
    {
        broken.Add($"{project} ran no test (exit code {exitCode}).");
    }
    else if (exitCode != 0 && failed == failedBefore)
    {
        broken.Add($"{project} ended with exit code {exitCode} although no test of it failed.");
    }
}

// start.cs has the same function: a file-based program of the oldest SDK that global.json allows cannot
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
