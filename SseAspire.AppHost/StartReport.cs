using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace SseAspire.AppHost;

/// <summary>
/// Reports in the console what a person who starts the application wants to know: which parts start, when each is
/// ready, where the pages are, and which part fails and why.
/// </summary>
internal sealed class StartReport(
    DistributedApplicationModel model,
    ResourceNotificationService notifications,
    ResourceLoggerService logs,
    IHostApplicationLifetime lifetime) : IHostedLifecycleService
{
    /// <summary>How long a part may take to become healthy before that is reported.</summary>
    private static readonly TimeSpan HealthTimeout = TimeSpan.FromSeconds(30);

    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Dictionary<string, ResourceEvent> _instances = [];
    private readonly Dictionary<IResource, PartState> _reported = [];
    private bool _isReady;
    private Task _reporting = Task.CompletedTask;

    private enum PartState
    {
        Starting,
        Ready,
        Unhealthy,
        Stopped,
        Failed,
    }

    /// <summary>Starts to report before anything starts: the start of the orchestrator lasts until every part has started.</summary>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _reporting = ReportAsync();
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => _reporting;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task ReportAsync()
    {
        // Without parameters and Aspire's own helper resources.
        var parts = model.Resources.Where(resource => resource is ProjectResource or IResourceWithConnectionString).ToArray();
        Console.WriteLine($"SseAspire starts: {string.Join(", ", parts.Select(Describe))}.");

        // A part that ends after that has not failed.
        var stopping = lifetime.ApplicationStopping;
        using var late = new Timer(_ => Report(parts), null, HealthTimeout, HealthTimeout);
        try
        {
            await foreach (var change in notifications.WatchAsync(stopping))
            {
                lock (_instances)
                {
                    _instances[change.ResourceId] = change;
                }

                Report(parts);
            }
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("SseAspire stops.");
        }
    }

    private static string Describe(IResource part) => part switch
    {
        EmbeddedBrokerResource => $"{part.Name} (embedded)",
        ProjectResource when part.GetReplicaCount() > 1 => $"{part.Name} ({part.GetReplicaCount()} replicas)",
        _ => part.Name,
    };

    private void Report(IResource[] parts)
    {
        lock (_instances)
        {
            foreach (var part in parts)
            {
                var instances = _instances.Values.Where(instance => instance.Resource == part).ToArray();
                var state = StateOf(part, instances);
                var reported = _reported.GetValueOrDefault(part);
                // One health check that fails is not yet worth a line.
                if (state != reported && (state, reported) is not (PartState.Starting, PartState.Ready))
                {
                    _reported[part] = state;
                    Write(part, state, instances);
                }
            }

            if (!_isReady && parts.All(part => _reported.GetValueOrDefault(part) == PartState.Ready))
            {
                _isReady = true;
                WriteReady(parts);
            }
        }
    }

    private static PartState StateOf(IResource part, ResourceEvent[] instances)
    {
        bool Any(Func<CustomResourceSnapshot, bool> matches) => instances.Any(instance => matches(instance.Snapshot));

        if (Any(HasFailed))
        {
            return PartState.Failed;
        }

        if (Any(HasEnded))
        {
            return PartState.Stopped;
        }

        if (instances.Length == part.GetReplicaCount()
            && !Any(snapshot => snapshot.State?.Text != KnownResourceStates.Running || snapshot.HealthStatus != HealthStatus.Healthy))
        {
            return PartState.Ready;
        }

        return Any(snapshot => snapshot.HealthStatus == HealthStatus.Unhealthy && DateTime.UtcNow - snapshot.StartTimeStamp?.ToUniversalTime() > HealthTimeout)
            ? PartState.Unhealthy
            : PartState.Starting;
    }

    private static bool HasFailed(CustomResourceSnapshot snapshot) =>
        snapshot.State?.Text is { } state
        && (state == KnownResourceStates.FailedToStart
            || state == KnownResourceStates.RuntimeUnhealthy
            || (HasEnded(snapshot) && snapshot.ExitCode is not (null or 0)));

    private static bool HasEnded(CustomResourceSnapshot snapshot) => KnownResourceStates.TerminalStates.Contains(snapshot.State?.Text);

    private void Write(IResource part, PartState state, ResourceEvent[] instances)
    {
        switch (state)
        {
            case PartState.Ready:
                Console.WriteLine(
                    $"{part.Name} is ready{(AddressOf(part) is { } address ? $" at {address}" : "")}"
                    + (part is EmbeddedBrokerResource ? " (the log is in memory and ends with it)" : ""));
                break;
            case PartState.Stopped:
                Console.WriteLine($"{part.Name} has stopped.");
                break;
            case PartState.Unhealthy:
                var failing = instances.SelectMany(instance => instance.Snapshot.HealthReports).First(report => report.Status != HealthStatus.Healthy);
                Console.Error.WriteLine($"{part.Name} is not healthy: {failing.Description ?? failing.ExceptionText}{WhatToDo(part)}");
                break;
            case PartState.Failed:
                _ = WriteFailureAsync(part, instances.First(instance => HasFailed(instance.Snapshot)));
                break;
        }
    }

    private async Task WriteFailureAsync(IResource part, ResourceEvent failed)
    {
        // Before the first await: the lock is held until then.
        var whatToDo = WhatToDo(part);
        var lines = new List<LogLine>();
        await foreach (var batch in logs.GetAllAsync(failed.ResourceId))
        {
            lines.AddRange(batch);
        }

        // The orchestrator puts the time before each line.
        var reason = lines.LastOrDefault(line => line.IsErrorMessage && line.Content.Length > 0) is { Content: { } content }
            ? content[(content.IndexOf("Z ", StringComparison.Ordinal) + 1)..].Trim()
            : failed.Snapshot.State?.Text == KnownResourceStates.RuntimeUnhealthy
                ? "the container engine does not answer"
                : "it wrote no error";
        var code = failed.Snapshot.ExitCode is > 0 and var known ? $" with exit code {known}" : "";
        Console.Error.WriteLine($"{part.Name} failed{code}: {reason}{whatToDo}");
    }

    private string WhatToDo(IResource part) =>
        $"{Environment.NewLine}  Its whole log: {DashboardUrl()} (Console logs, {part.Name}). "
        + "Correct the cause, then press Ctrl+C and start the application again.";

    private void WriteReady(IResource[] parts)
    {
        Console.WriteLine();
        Console.WriteLine($"SseAspire is ready after {Stopwatch.GetElapsedTime(_started).TotalSeconds:0} s.");
        Console.WriteLine($"  Front end  {AddressOf(parts[^1])}");
        Console.WriteLine($"  Dashboard  {DashboardUrl()}");
        Console.WriteLine("Press Ctrl+C to stop.");
    }

    private string DashboardUrl() =>
        _instances.Values.FirstOrDefault(instance => instance.Resource.Name == "aspire-dashboard")?.Snapshot.Urls
            .FirstOrDefault(url => url.Name is "http" or "https")?.Url ?? "off";

    private string? AddressOf(IResource part) =>
        _instances.Values.First(instance => instance.Resource == part).Snapshot.Urls.FirstOrDefault(url => !url.IsInternal) is { } shown
            ? new Uri(shown.Url).GetLeftPart(UriPartial.Authority) + "/"
            : null;
}
