using Microsoft.Extensions.ServiceDiscovery;
using SseAspire.Web.Hub;

namespace SseAspire.Web.Lab;

/// <summary>
/// What it costs the API to serve one transport: processor time for 1,000 events that virtual readers receive.
/// </summary>
/// <remarks>
/// The run is divided into equal phases. In the first and the last there are no virtual readers; in those between,
/// all of them use one transport, each of them once in order and once in reverse: a process that has just begun to
/// serve in some way has more to do, so that the cheaper of the two counts. Of the processor time of a phase, over
/// all replicas, what is used without readers is taken off, by the quieter of the two phases without. The beginning
/// of each phase does not count: there the readers open.
/// </remarks>
internal sealed class ServingCost(ServiceEndpointResolver services, HubClient hub, LabClock clock, TimeProvider time)
{
    /// <summary>Shares of a phase: over the first the readers open, after the second what is used counts.</summary>
    private const double Opening = 0.2;
    private const double Settled = 0.35;

    private const string Baseline = "baseline";

    private readonly double?[] _secondsPerThousand = new double?[LabTransport.All.Count];
    private volatile string _phase = Baseline;

    /// <summary>What is being measured: a transport, or <c>baseline</c>.</summary>
    public string Phase => _phase;

    /// <summary>Seconds for 1,000 events by transport; null where it is not known (yet).</summary>
    public IReadOnlyDictionary<string, double?> SecondsPerThousand =>
        LabTransport.All.Select((transport, n) => (transport.Name, Cost: _secondsPerThousand[n])).ToDictionary(pair => pair.Name, pair => pair.Cost);

    /// <summary>Goes through the phases of a run that begins now.</summary>
    public async Task MeasureAsync(LabRun run, CancellationToken cancellationToken)
    {
        LabTransport[] order = [.. LabTransport.All, .. LabTransport.All.Reverse()];
        var phase = run.Settings.Seconds * 1000d / (order.Length + 2);
        var idle = await UseAsync(run, run.Began, phase, () => 0, cancellationToken);
        var busy = new List<(LabTransport Transport, Use? Use)>();
        foreach (var transport in order)
        {
            _phase = transport.Name;
            var began = run.Began + (busy.Count + 1) * phase;
            await using var readers = await VirtualReaders.OpenAsync(
                services, transport, run, TimeSpan.FromMilliseconds(phase * Opening), cancellationToken);
            busy.Add((transport, await UseAsync(run, began, phase, () => readers.Received, cancellationToken)));
            Conclude(busy, idle);
        }

        _phase = Baseline;
        var idleAfter = await UseAsync(run, run.Began + (busy.Count + 1) * phase, phase, () => 0, cancellationToken);
        Conclude(busy, idleAfter is null || idle?.Share < idleAfter.Share ? idle : idleAfter);
    }

    private void Conclude(List<(LabTransport Transport, Use? Use)> busy, Use? idle)
    {
        for (var n = 0; n < LabTransport.All.Count; n++)
        {
            // Min leaves out what is null.
            _secondsPerThousand[n] = idle is null
                ? null
                : busy.Where(phase => phase.Transport == LabTransport.All[n]).Min(phase => CostOf(phase.Use, idle.Share));
        }
    }

    /// <summary>Null where nothing was received, or serving it was less than the noise of what else the API does.</summary>
    private static double? CostOf(Use? use, double idle) =>
        use is { Received: > 0 } && use.Share > idle ? (use.Share - idle) * use.Milliseconds / use.Received : null;

    /// <summary>What the API uses in what counts of a phase; null where it did not say.</summary>
    private async Task<Use?> UseAsync(LabRun run, double began, double length, Func<long> received, CancellationToken cancellationToken)
    {
        await WaitUntilAsync(began + length * Settled, cancellationToken);
        var before = await ReadAsync(run, received, cancellationToken);
        await WaitUntilAsync(began + length, cancellationToken);
        var after = await ReadAsync(run, received, cancellationToken);
        return before is null || after is null
            ? null
            : new Use(after.Seconds - before.Seconds, after.Milliseconds - before.Milliseconds, after.Received - before.Received);
    }

    private async Task<Use?> ReadAsync(LabRun run, Func<long> received, CancellationToken cancellationToken)
    {
        try
        {
            var meters = await hub.ReadMetersAsync(run.Meters.Values, cancellationToken);
            return meters is null ? null : new Use(meters.CpuSeconds, clock.Now, received());
        }
        catch (HubUnavailableException)
        {
            return null;
        }
    }

    private async Task WaitUntilAsync(double moment, CancellationToken cancellationToken)
    {
        while (clock.Now < moment)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Max(1, moment - clock.Now)), time, cancellationToken);
        }
    }

    /// <summary>Processor time in seconds, for so long, in which so many events were received.</summary>
    private sealed record Use(double Seconds, double Milliseconds, long Received)
    {
        /// <summary>Of one processor.</summary>
        public double Share => Seconds * 1000 / Milliseconds;
    }
}
