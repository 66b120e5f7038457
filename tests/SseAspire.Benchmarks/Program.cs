using SseAspire.Benchmarks;
using SseAspire.Benchmarks.HotPath;
using SseAspire.Benchmarks.Report;
using SseAspire.Benchmarks.Scenarios;
using SseAspire.Benchmarks.Servers;

// What this measures and how is told in docs/performance.md.

// The readers' sockets are served by one thread that parses where it polls, so that the load costs as little
// as it can on a machine that it shares with the server. Read by the runtime when the first socket is opened.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", "1");

IReadOnlyList<Scenario> scenarios = [new Fanout(), new Burst(), new Idle(), new Publish(), new Storm(), new Replay(), new Gzip(), new Telemetry()];

switch (args)
{
    // The parts that this program starts of itself, as processes of their own.
    case [NaiveServer.Role]:
        NaiveServer.Run();
        return 0;
    case [SignalRServer.Role]:
        SignalRServer.Run();
        return 0;
    case [EmbeddedBroker.Role]:
        EmbeddedBroker.Run();
        return 0;
}

try
{
    // It looks into the hub, which the scenarios put their questions to from outside.
    if (args is [AllocationCheck.Name, ..])
    {
        AllocationCheck.Run(args.AsSpan(1));
        return 0;
    }

    var scenario = args is [] ? null : scenarios.FirstOrDefault(scenario => scenario.Name == args[0]);
    if (scenario is null)
    {
        Console.Error.WriteLine("Usage: dotnet run -c Release --project tests/SseAspire.Benchmarks -- <scenario> [--option value]...");
        foreach (var each in scenarios)
        {
            Console.Error.WriteLine($"  {each.Name,-10} {each.Description}");
        }

        Console.Error.WriteLine($"  {AllocationCheck.Name,-10} {AllocationCheck.Description}");

        Console.Error.WriteLine(Settings.Usage);
        return 2;
    }

    var settings = Settings.Parse(scenario.Defaults, args.AsSpan(1));
    FileLimit.Check(settings.Readers);
    Console.WriteLine($"{scenario.Name}: {scenario.Describe(settings)}");
    settings = settings with { Servers = [.. Installed(settings.Servers)] };
    var machine = Machine.Read(settings.Servers);
    Console.WriteLine(machine);

    var results = new List<Result>();
    var hasFailed = false;
    for (var repeat = 1; repeat <= settings.Repeat; repeat++)
    {
        foreach (var kind in settings.Servers)
        {
            try
            {
                foreach (var result in scenario.Run(settings, kind))
                {
                    results.Add(result with { Repeat = repeat });
                    Console.WriteLine($"  {repeat}/{settings.Repeat} {Table.Line(result, scenario.Columns)}");
                }
            }
            catch (BenchmarkException e)
            {
                // What the others can do is worth knowing all the same.
                hasFailed = true;
                Console.Error.WriteLine($"  {repeat}/{settings.Repeat} {Ratio.Name(kind)} failed: {e.Message}");
            }
        }
    }

    var ratios = Ratio.Of(results, scenario.Columns[0], scenario.BetweenCases);
    Console.WriteLine();
    Console.WriteLine(Table.Of(results, scenario.Columns, ratios));
    if (settings.Json is { } file)
    {
        JsonReport.Write(file, scenario, settings, machine, results, ratios);
        Console.WriteLine($"Written to {file}");
    }

    if (settings.Chart is { } chart)
    {
        Chart.Write(chart, scenario, settings, machine, results);
        Console.WriteLine($"Drawn in {chart}");
    }

    return !hasFailed && results.All(result => result.Server is not (ServerKind.Hub or ServerKind.Observed) || result is { Lost: 0, Twice: 0 }) ? 0 : 1;
}
catch (BenchmarkException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

static IEnumerable<ServerKind> Installed(IEnumerable<ServerKind> servers)
{
    foreach (var server in servers)
    {
        if (ServerProcess.WhyMissing(server) is { } reason)
        {
            Console.WriteLine($"{Ratio.Name(server)} is left out: {reason}");
        }
        else
        {
            yield return server;
        }
    }
}
