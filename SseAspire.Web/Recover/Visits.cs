using System.Net;
using System.Security.Cryptography;
using SseAspire.Web.Lab;

namespace SseAspire.Web.Recover;

/// <summary>The pages that somebody looks at now, so many and no more: each is given events of its own.</summary>
/// <remarks>May be called from any thread.</remarks>
internal sealed class Visits(LabClock clock)
{
    public const int Max = 50;

    /// <summary>So many of one address: otherwise one visitor takes all of them.</summary>
    public const int MaxPerAddress = 10;

    /// <summary>A page asks every five seconds. One that has not for so long is closed, hidden or cut off.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Visit> _visits = [];

    /// <summary>The visits of now.</summary>
    public IReadOnlyList<Visit> Current
    {
        get
        {
            lock (_lock)
            {
                Forget();
                return [.. _visits.Values];
            }
        }
    }

    /// <summary>Goes on with a visit, or begins one where there is none of that name (any more).</summary>
    /// <returns>The visit; or null, and whether there are too many of this address or of all.</returns>
    public (Visit? Visit, bool IsOverShare) Look(string? id, IPAddress visitor)
    {
        lock (_lock)
        {
            Forget();
            var now = clock.Date;
            if (id is not null && _visits.TryGetValue(id, out var known))
            {
                known.LookedAt = now;
                return (known, false);
            }

            var isOverShare = _visits.Values.Count(other => other.Visitor.Equals(visitor)) >= MaxPerAddress;
            if (isOverShare || _visits.Count == Max)
            {
                return (null, isOverShare);
            }

            // Not to be guessed: who knows it can cut the visit's readers.
            var visit = new Visit(RandomNumberGenerator.GetHexString(16, lowercase: true), visitor, now);
            _visits[visit.Id] = visit;
            return (visit, false);
        }
    }

    /// <summary>The visit of that name, or null.</summary>
    public Visit? Find(string? id)
    {
        lock (_lock)
        {
            return id is null ? null : _visits.GetValueOrDefault(id);
        }
    }

    private void Forget()
    {
        var until = clock.Date - Patience;
        foreach (var (id, visit) in _visits)
        {
            if (visit.LookedAt < until)
            {
                _visits.Remove(id);
            }
        }
    }
}
