using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http.Features;

namespace SseAspire.Api.Metering;

/// <summary>Counts the requests that carry one name, on this replica.</summary>
internal sealed class Meter(string name, TimeProvider time)
{
    private readonly ConcurrentDictionary<IHttpRequestLifetimeFeature, CountedConnection> _underWay = new();
    private readonly Lock _aborting = new();
    private long _requests;
    private long _connections;
    private long _bytesIn;
    private long _bytesOut;
    private int _shared;
    private long _lastUse = time.GetTimestamp();
    private long _cutUntil = long.MinValue;

    public string Name { get; } = name;

    /// <summary>Whether its requests are cut on arrival now.</summary>
    public bool IsCut => time.GetTimestamp() < Volatile.Read(ref _cutUntil);

    /// <summary>For how long nothing has used it.</summary>
    public TimeSpan Idle => _underWay.IsEmpty ? time.GetElapsedTime(Volatile.Read(ref _lastUse)) : TimeSpan.Zero;

    /// <summary>It is announced again: it is kept as long as a new one.</summary>
    public void Renew() => Volatile.Write(ref _lastUse, time.GetTimestamp());

    /// <summary>A request has come that carries it.</summary>
    /// <param name="request">What ends it.</param>
    /// <param name="connection">Its connection.</param>
    /// <param name="isAlone">Whether no other is under way on the connection, so that all bytes are its own.</param>
    public void Begin(IHttpRequestLifetimeFeature request, CountedConnection connection, bool isAlone)
    {
        Volatile.Write(ref _lastUse, time.GetTimestamp());
        Interlocked.Increment(ref _requests);
        if (connection.UseBy(this))
        {
            Interlocked.Increment(ref _connections);
        }

        _underWay[request] = connection;
        if (isAlone)
        {
            connection.Begin(this);
        }
        else
        {
            Volatile.Write(ref _shared, 1);
        }
    }

    /// <summary>A request that carries it is over.</summary>
    public void End(IHttpRequestLifetimeFeature request)
    {
        Volatile.Write(ref _lastUse, time.GetTimestamp());
        lock (_aborting)
        {
            // Not while it is aborted: the server uses the object again for the next request.
            _underWay.TryRemove(request, out _);
        }
    }

    /// <summary>Bytes have gone over the connection of one of its requests.</summary>
    public void Add(long bytesIn, long bytesOut)
    {
        Interlocked.Add(ref _bytesIn, bytesIn);
        Interlocked.Add(ref _bytesOut, bytesOut);
    }

    /// <summary>Takes what has been counted since the last call, with the bytes of requests that are under way.</summary>
    public MeterCounts TakeNew()
    {
        foreach (var (_, connection) in _underWay)
        {
            connection.Take();
        }

        return new(
            Interlocked.Exchange(ref _requests, 0), Interlocked.Exchange(ref _connections, 0),
            Interlocked.Exchange(ref _bytesIn, 0), Interlocked.Exchange(ref _bytesOut, 0), Interlocked.Exchange(ref _shared, 0) != 0);
    }

    /// <summary>Gives back what was taken and could not be brought anywhere.</summary>
    public void GiveBack(MeterCounts counts)
    {
        Interlocked.Add(ref _requests, counts.Requests);
        Interlocked.Add(ref _connections, counts.Connections);
        Add(counts.BytesIn, counts.BytesOut);
        if (counts.Shared)
        {
            Volatile.Write(ref _shared, 1);
        }
    }

    /// <summary>Cuts the connections of its requests, and those of new ones for so long.</summary>
    /// <returns>How many were cut.</returns>
    public int Cut(TimeSpan lasting)
    {
        Volatile.Write(ref _lastUse, time.GetTimestamp());
        Volatile.Write(ref _cutUntil, time.GetTimestamp() + (long)(lasting.TotalSeconds * time.TimestampFrequency));
        var cut = 0;
        lock (_aborting)
        {
            foreach (var (request, _) in _underWay)
            {
                request.Abort();
                cut++;
            }
        }

        return cut;
    }
}
