using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace SseAspire.Api.Metering;

/// <summary>
/// The meters of this replica: those that were announced with the operations key, each until some time after its last use.
/// A name that was not announced is not counted: otherwise strangers would take all places.
/// </summary>
internal sealed class Meters(TimeProvider time)
{
    /// <summary>How many may be announced at a time.</summary>
    public const int MaxMeters = 4_096;

    /// <summary>How long after its last use or announcement a meter is forgotten.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Meter> _meters = new(StringComparer.Ordinal);

    /// <summary>The meters that are known.</summary>
    public IEnumerable<Meter> All => _meters.Select(pair => pair.Value);

    /// <summary>The meter of a name; false where it is not announced.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out Meter? meter) => _meters.TryGetValue(name, out meter);

    /// <summary>Whether there is room for these names, of which some may be known already.</summary>
    public bool HasRoomFor(IReadOnlyList<string> names) => _meters.Count + names.Count(name => !_meters.ContainsKey(name)) <= MaxMeters;

    /// <summary>The meter of a name, which is thereby announced, or announced again; false where there are too many.</summary>
    public bool TryOpen(string name, [NotNullWhen(true)] out Meter? meter)
    {
        meter = _meters.TryGetValue(name, out var known) ? known
            : _meters.Count < MaxMeters ? _meters.GetOrAdd(name, static (name, time) => new Meter(name, time), time)
            : null;
        meter?.Renew();
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
