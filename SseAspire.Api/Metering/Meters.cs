using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace SseAspire.Api.Metering;

/// <summary>The meters of this replica: a few, each forgotten some time after its last use.</summary>
internal sealed class Meters(TimeProvider time)
{
    /// <summary>How many are known at a time: their names are whatever clients write.</summary>
    public const int MaxMeters = 256;

    /// <summary>How long after its last use a meter is forgotten.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Meter> _meters = new(StringComparer.Ordinal);

    /// <summary>The meters that are known.</summary>
    public IEnumerable<Meter> All => _meters.Select(pair => pair.Value);

    /// <summary>The meter of a name, made where it is new; false where there are too many.</summary>
    public bool TryOpen(string name, [NotNullWhen(true)] out Meter? meter)
    {
        meter = _meters.TryGetValue(name, out var known) ? known
            : _meters.Count < MaxMeters ? _meters.GetOrAdd(name, static (name, time) => new Meter(name, time), time)
            : null;
        return meter is not null;
    }

    /// <summary>Forgets a meter that nobody has used for long.</summary>
    public void ForgetIfIdle(Meter meter)
    {
        if (meter.Idle >= Kept)
        {
            _meters.TryRemove(KeyValuePair.Create(meter.Name, meter));
        }
    }
}
