using System.Globalization;
using Microsoft.AspNetCore.Connections;

namespace SseAspire.Api.Http;

/// <summary>
/// Bounds the open connections below the process' limit of file descriptors. At the bound a new connection takes the
/// place of the one that has been idle for longest, so that silent connections, however many, shut nobody out.
/// </summary>
/// <remarks>
/// Without a descriptor the server can accept nothing, not even <c>/health</c>. A connection is idle while no request
/// is under way on it; a stream is a request.
/// </remarks>
internal sealed class OpenConnections
{
    /// <summary>Descriptors that are left to everything else: the runtime takes up to 300 for the files it has loaded.</summary>
    private const int Reserve = 512;

    private readonly Lock _lock = new();
    private readonly LinkedList<ConnectionTakeover> _idle = [];
    private int _count;

    /// <summary>How many connections may be open.</summary>
    public int Limit { get; } = Math.Max(16, ReadDescriptorLimit() - Reserve);

    /// <summary>How many of them may be streams: the rest is for requests that end soon.</summary>
    public int MaxStreams => Limit - Math.Max(8, Limit / 16);

    /// <summary>Marks the connection of each request as busy while the request is under way.</summary>
    public static async Task TrackAsync(HttpContext context, RequestDelegate next)
    {
        if (ConnectionTakeover.Of(context) is not { } connection)
        {
            await next(context);
            return;
        }

        connection.BeginRequest();
        try
        {
            await next(context);
        }
        finally
        {
            connection.EndRequest();
        }
    }

    /// <summary>Admits a connection; false where none is idle that could make room. <see cref="Remove"/> must follow.</summary>
    public bool TryAdd(LinkedListNode<ConnectionTakeover> connection)
    {
        ConnectionTakeover? evicted = null;
        lock (_lock)
        {
            if (_count >= Limit)
            {
                evicted = _idle.First?.Value;
                if (evicted is null)
                {
                    return false;
                }

                _idle.RemoveFirst();
            }

            _count++;
            _idle.AddLast(connection);
        }

        evicted?.Connection.Abort(new ConnectionAbortedException("Idle, and the limit of open connections is reached."));
        return true;
    }

    /// <summary>A request has begun on a connection that had none.</summary>
    public void MarkBusy(LinkedListNode<ConnectionTakeover> connection)
    {
        lock (_lock)
        {
            if (connection.List is not null)
            {
                _idle.Remove(connection);
            }
        }
    }

    /// <summary>The last request of a connection has ended.</summary>
    public void MarkIdle(LinkedListNode<ConnectionTakeover> connection)
    {
        lock (_lock)
        {
            if (connection.List is null)
            {
                _idle.AddLast(connection);
            }
        }
    }

    /// <summary>A connection that was admitted is over.</summary>
    public void Remove(LinkedListNode<ConnectionTakeover> connection)
    {
        lock (_lock)
        {
            _count--;
            if (connection.List is not null)
            {
                _idle.Remove(connection);
            }
        }
    }

    /// <summary>The soft limit, which .NET has raised to the hard one; where there is no such file, there is no such limit.</summary>
    private static int ReadDescriptorLimit()
    {
        const string Limits = "/proc/self/limits";
        const string Name = "Max open files";
        var line = File.Exists(Limits) ? File.ReadLines(Limits).FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal)) : null;
        return line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var soft, ..]
            && long.TryParse(soft, CultureInfo.InvariantCulture, out var limit)
            ? (int)Math.Min(limit, int.MaxValue)
            : int.MaxValue;
    }
}
