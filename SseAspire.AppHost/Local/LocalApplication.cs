using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Configuration;
using SseAspire.EmbeddedRedis;
using StackExchange.Redis;

namespace SseAspire.AppHost.Local;

/// <summary>
/// The application without Aspire: starts the parts in the order in which the drawing in
/// <c>Program.cs</c> asks for them, and ends them in reverse order on Ctrl+C, on SIGTERM, or as soon as
/// one of them fails.
/// </summary>
internal sealed class LocalApplication
{
    // Everything is gone 10 seconds after Ctrl+C, whatever the parts do.
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(9);

    private readonly PartConsole _console;
    private readonly Stack<ServiceProcess> _services = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _stopping;
    private EmbeddedRedisServer? _broker;

    private LocalApplication(AppHostSettings settings, PartConsole console, CancellationToken stopping)
    {
        _console = console;
        Settings = settings;
        _stopping = stopping;
    }

    /// <summary>What was set.</summary>
    public AppHostSettings Settings { get; }

    /// <summary>Starts what the drawing has and returns when everything has ended.</summary>
    /// <returns>The exit code: 0 after Ctrl+C, 1 after a failure.</returns>
    public static async Task<int> RunAsync(string[] args, Func<LocalApplication, Task> drawing)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, StopOrderly);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, StopOrderly);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, StopOrderly);

        void StopOrderly(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }

        var console = new PartConsole();
        AppHostSettings settings;
        try
        {
            settings = AppHostSettings.Read(new ConfigurationBuilder()
                .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"))
                .AddEnvironmentVariables()
                .AddCommandLine(args)
                .Build());
        }
        catch (InvalidOperationException e)
        {
            console.Fail(e.Message);
            return 1;
        }

        var application = new LocalApplication(settings, console, stop.Token);
        try
        {
            await drawing(application);
            await application._failed.Task.WaitAsync(stop.Token);
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            console.Say("SseAspire stops.");
            return 0;
        }
        catch (PartFailedException e)
        {
            console.Fail($"SseAspire stops: {e.Message}");
            return 1;
        }
        finally
        {
            await application.StopAsync();
        }
    }

    /// <summary>Writes a line of the application as a whole.</summary>
    public void Say(string line) => _console.Say(line);

    /// <summary>Starts the embedded broker in this process, or, where one is set, finds the one that runs already.</summary>
    /// <returns>Its connection string.</returns>
    /// <exception cref="PartFailedException">It does not answer, or the setting asks for what only Aspire runs.</exception>
    public async Task<string> StartBrokerAsync()
    {
        if (Settings.ExternalBroker is { } external)
        {
            await AnswersAsync(external);
            _console.Write(AppHostSettings.BrokerName, $"ready at {external} (ConnectionStrings:{AppHostSettings.BrokerName})");
            return external;
        }

        if (Settings.Broker == BrokerChoice.Container)
        {
            throw new PartFailedException(
                $"Broker=container needs Aspire's packages, which are not used here (UseAspire=false). Leave Broker out for the "
                + $"embedded broker, or set ConnectionStrings__{AppHostSettings.BrokerName} to a Redis that runs already, such as localhost:6379.");
        }

        _broker = EmbeddedRedisServer.Start();
        await AnswersAsync(_broker.ConnectionString);
        _console.Write(AppHostSettings.BrokerName, $"ready at {_broker.ConnectionString} (embedded)");
        return _broker.ConnectionString;
    }

    /// <summary>Starts a service; it ends with the application.</summary>
    public ServiceProcess Start(Service service)
    {
        var process = ServiceProcess.Start(service, _console);
        _services.Push(process);
        _ = FailWhenItEndsAsync(process);
        return process;
    }

    /// <summary>Returns when all of the given services are ready.</summary>
    /// <exception cref="PartFailedException">One is not within a minute, or any part has ended.</exception>
    public async Task ReadyAsync(params ServiceProcess[] services)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(_stopping);
        var ready = Task.WhenAll(services.Select(service => service.ReadyAsync(giveUp.Token)));
        if (await Task.WhenAny(ready, _failed.Task) == _failed.Task)
        {
            await giveUp.CancelAsync();
            await _failed.Task;
        }

        await ready;
    }

    private static async Task AnswersAsync(string connectionString)
    {
        try
        {
            var options = ConfigurationOptions.Parse(connectionString);
            options.AbortOnConnectFail = true;
            await using var redis = await ConnectionMultiplexer.ConnectAsync(options);
            await redis.GetDatabase().PingAsync();
        }
        catch (Exception e) when (e is RedisException or ArgumentException or FormatException)
        {
            throw new PartFailedException(
                $"broker does not answer at {connectionString}: {e.Message} Start Redis there, or unset "
                + $"ConnectionStrings__{AppHostSettings.BrokerName} for the embedded broker.");
        }
    }

    private async Task FailWhenItEndsAsync(ServiceProcess process)
    {
        var reason = await process.Ended;
        _failed.TrySetException(new PartFailedException(reason));
    }

    private async Task StopAsync()
    {
        var asked = Stopwatch.GetTimestamp();
        while (_services.TryPop(out var service))
        {
            // What one part does not need of its share of the time is for those after it.
            var left = StopTime - Stopwatch.GetElapsedTime(asked);
            await service.StopAsync(left > TimeSpan.Zero ? left / (_services.Count + 1) : TimeSpan.Zero);
            service.Dispose();
        }

        _broker?.Dispose();
    }
}
