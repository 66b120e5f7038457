using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.ServiceDiscovery;
using SseAspire.Web.Hub;

namespace SseAspire.Web.Lab;

/// <summary>The runs that this process conducts. They are bounded, and one that measures is alone.</summary>
/// <remarks>A run lives in one process: with several of them a visitor's requests must reach the same one.</remarks>
internal sealed class LabRuns(ServiceEndpointResolver services, LabClock clock, TimeProvider time, IHostApplicationLifetime lifetime)
{
    private const int MaxRuns = 8;

    private readonly ConcurrentDictionary<string, LabRun> _runs = new();
    private readonly Lock _starting = new();

    /// <summary>Prepares a run, which begins when it is first looked at; null where others are under way.</summary>
    /// <exception cref="HubUnavailableException">The API is away.</exception>
    public async Task<LabRun?> StartAsync(LabSettings settings, HubClient hub, CancellationToken cancellationToken)
    {
        var id = RandomNumberGenerator.GetHexString(16, lowercase: true);
        var topic = $"lab/{id}";
        var page = await hub.ReadAfterAsync(topic, null, cancellationToken);
        var run = new LabRun(settings, id, topic, page.Next, hub, clock, time)
        {
            Cost = settings.Readers > 0 ? new ServingCost(services, hub, clock, time) : null,
        };
        lock (_starting)
        {
            var others = _runs.Values.Where(other => !other.IsPublished).ToList();
            if (_runs.Count >= MaxRuns || others.Any(other => other.Cost is not null) || (run.Cost is not null && others.Count > 0))
            {
                return null;
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
        return run;
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
