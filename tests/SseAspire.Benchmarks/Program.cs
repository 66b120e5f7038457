using SseAspire.Benchmarks;
using SseAspire.Benchmarks.Report;
using SseAspire.Benchmarks.Scenarios;
using SseAspire.Benchmarks.Servers;

// What this measures and how is told in docs/performance.md.

// The readers' sockets are served by one thread that parses where it polls, so that the load costs as little
// as it can on a machine that it shares with the server. Read by the runtime when the first socket is opened.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", "1");

IReadOnlyList<Scenario> scenarios = [new Fanout(), new Burst(), new Idle()];

switch (args)
{
    // The parts that this program starts of itself, as processes of their own.
    case [NaiveServer.Role]:
        NaiveServer.Run();
        return 0;
    case [EmbeddedBroker.Role]:
        EmbeddedBroker.Run();
        return 0;
}

try
{
    var scenario = args is [] ? null : scenarios.FirstOrDefault(scenario => scenario.Name == args[0]);
    if (scenario is null)
    {
        Console.Error.WriteLine("Usage: dotnet run -c Release --project tests/SseAspire.Benchmarks -- <scenario> [--option value]...");
        foreach (var each in scenarios)
        {
            Console.Error.WriteLine($"  {each.Name,-8} {each.Description}");
        }

        Console.Error.WriteLine(Settings.Usage);
        return 2;
    }

    var settings = Settings.Parse(scenario.Defaults, args.AsSpan(1));
    FileLimit.Check(settings.Readers);
    Console.WriteLine($"{scenario.Name}: {scenario.Describe(settings)}");
    Console.WriteLine(Machine.Describe());
    foreach (var kind in settings.Servers)
    {
        if (ServerProcess.WhyMissing(kind) is { } reason)
        {
            Console.WriteLine($"{kind} is left out: {reason}");
        }
    }

    settings = settings with { Servers = [.. settings.Servers.Where(kind => ServerProcess.WhyMissing(kind) is null)] };

    var results = new List<Result>();
    for (var repeat = 1; repeat <= settings.Repeat; repeat++)
    {
        foreach (var kind in settings.Servers)
        {
            var result = scenario.Run(settings, kind) with { Repeat = repeat };
            results.Add(result);
            Console.WriteLine($"  {repeat}/{settings.Repeat} {result}");
        }
    }

    Console.WriteLine();
    Console.WriteLine(Table.Of(results));
    if (settings.Json is { } file)
    {
        JsonReport.Write(file, scenario, settings, results);
        Console.WriteLine($"Written to {file}");
    }

    return results.All(result => result.Server != ServerKind.Hub || result is { Lost: 0, Twice: 0 }) ? 0 : 1;
}
catch (BenchmarkException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
