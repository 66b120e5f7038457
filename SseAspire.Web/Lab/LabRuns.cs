using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.ServiceDiscovery;
using SseAspire.Web.Demonstration;
using SseAspire.Web.Hub;

namespace SseAspire.Web.Lab;

/// <summary>The runs that this process conducts. They are bounded, and one that measures is alone.</summary>
/// <remarks>A run lives in one process: with several of them a visitor's requests must reach the same one.</remarks>
internal sealed class LabRuns(
    ServiceEndpointResolver services, IOptions<DemonstrationOptions> demonstration, LabClock clock, TimeProvider time, IHostApplicationLifetime lifetime)
{
    private readonly ConcurrentDictionary<string, LabRun> _runs = new();
    private readonly Lock _starting = new();

    /// <summary>Prepares a run, which begins when it is first looked at.</summary>
    /// <returns>The run, or why it may not begin now.</returns>
    /// <exception cref="HubUnavailableException">The API is away.</exception>
    public async Task<(LabRun? Run, LabRefusal? Refusal)> StartAsync(LabSettings settings, IPAddress visitor, HubClient hub, CancellationToken cancellationToken)
    {
        var id = RandomNumberGenerator.GetHexString(16, lowercase: true);
        var topic = $"lab/{id}";
        var page = await hub.ReadAfterAsync(topic, null, cancellationToken);
        var run = new LabRun(settings, visitor, id, topic, page.Next, hub, clock, time)
        {
            Cost = settings.Readers > 0 ? new ServingCost(services, hub, clock, time) : null,
        };
        lock (_starting)
        {
            if (LabBudget.Refuse(run, [.. _runs.Values], demonstration.Value) is { } refusal)
            {
                run.Dispose();
                return (null, refusal);
            }

            _runs[id] = run;
        }

        try
        {
            // Before its lanes open; where operations are off nothing is counted, which the page says.
            await hub.AnnounceAsync(run.Meters.Values, cancellationToken);
        }
        catch
        {
            _runs.TryRemove(id, out _);
            run.Dispose();
            throw;
        }

        _ = Task.Run(() => ConductAsync(run), CancellationToken.None);
        return (run, null);
    }

    /// <summary>The run of an id; null where it has ended or never was.</summary>
    public LabRun? Find(string? id) => id is not null && _runs.TryGetValue(id, out var run) ? run : null;

    private async Task ConductAsync(LabRun run)
    {
        try
        {
            await run.ConductAsync(lifetime.ApplicationStopping);
        }
        finally
        {
            _runs.TryRemove(run.Id, out _);
            run.Dispose();
        }
    }
}
