using System.Diagnostics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace SseAspire.Api.Http;

/// <summary>
/// Lets the answer of a request keep its HTTP/1.1 connection when the request is over, as Go's <c>http.Hijacker</c>
/// does. A stream that is open for hours then holds its connection alone: neither the request nor the server's state
/// of HTTP, which are most of what an idle stream costs (docs/performance.md).
/// </summary>
internal sealed class ConnectionTakeover : IConnectionHeartbeatFeature
{
    /// <summary>How long a client may take to send its first request.</summary>
    private static readonly TimeSpan FirstRequestTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How many bytes the client of a stream may send: some end a request with one line too many.</summary>
    private const int MaxSentToStream = 4096;

    private readonly OpenConnections _open;
    private readonly long _opened = Stopwatch.GetTimestamp();
    private readonly LinkedListNode<ConnectionTakeover> _node;
    private Action? _heartbeat;
    private Func<CancellationToken, Task>? _owner;
    private int _requests;
    private bool _isUsed;

    private ConnectionTakeover(ConnectionContext connection, OpenConnections open)
    {
        (Connection, _open) = (connection, open);
        _node = new LinkedListNode<ConnectionTakeover>(this);
    }

    /// <summary>The connection.</summary>
    public ConnectionContext Connection { get; }

    /// <summary>Offers it to the requests of each connection.</summary>
    public static void Offer(ListenOptions endpoint)
    {
        var open = endpoint.ApplicationServices.GetRequiredService<OpenConnections>();
        endpoint.Use(next => connection => new ConnectionTakeover(connection, open).RunAsync(next));
    }

    /// <summary>The takeover that the request's connection offers, or null where it offers none.</summary>
    public static ConnectionTakeover? Of(HttpContext context) =>
        // Under the one name: a feature more would be the fifth of each connection, for which the list of them doubles.
        context.Features.Get<IConnectionHeartbeatFeature>() as ConnectionTakeover;

    /// <summary>
    /// Takes the connection over as soon as this request is over, whose answer must have begun, must say
    /// <c>Connection: close</c>, and must be ended by whoever takes over.
    /// </summary>
    /// <param name="owner">Has the connection until its task ends. It is given what tells that the client has gone.</param>
    public void TakeOver(Func<CancellationToken, Task> owner) => _owner = owner;

    /// <summary>A request begins: one of several, over HTTP/2.</summary>
    public void BeginRequest()
    {
        _isUsed = true;
        if (Interlocked.Increment(ref _requests) == 1)
        {
            _open.MarkBusy(_node);
        }
    }

    /// <summary>A request has ended. A connection that is taken over stays busy.</summary>
    public void EndRequest()
    {
        if (Interlocked.Decrement(ref _requests) == 0 && _owner is null)
        {
            _open.MarkIdle(_node);
        }
    }

    // The server looks at its timeouts by it. Registered with the connection itself it could not be taken back, and
    // would keep the server's state of HTTP for as long as the connection.
    void IConnectionHeartbeatFeature.OnHeartbeat(Action<object> action, object state) => _heartbeat += () => action(state);

    private async Task RunAsync(ConnectionDelegate http)
    {
        if (!_open.TryAdd(_node))
        {
            Connection.Abort(new ConnectionAbortedException("The limit of open connections is reached."));
            return;
        }

        try
        {
            await ServeAsync(http);
        }
        finally
        {
            _open.Remove(_node);
        }
    }

    private async Task ServeAsync(ConnectionDelegate http)
    {
        Connection.Features.GetRequiredFeature<IConnectionHeartbeatFeature>()
            .OnHeartbeat(static takeover => ((ConnectionTakeover)takeover).OnHeartbeat(), this);
        Connection.Features.Set<IConnectionHeartbeatFeature>(this);
        try
        {
            await http(Connection);
        }
        finally
        {
            _heartbeat = null;
            if (_owner is { } owner)
            {
                var receiving = ReceiveAsync();
                // However the request ended: it is the owner who lets go of what the stream holds.
                await owner(Connection.ConnectionClosed);
            }
        }
    }

    private void OnHeartbeat()
    {
        _heartbeat?.Invoke();
        if (!_isUsed && Stopwatch.GetElapsedTime(_opened) > FirstRequestTimeout)
        {
            Connection.Abort(new ConnectionAbortedException("No request was sent in time."));
        }
    }

    /// <summary>
    /// Aborts a stream whose client sends: nobody reads that, so that it would fill the server's buffer and the
    /// kernel's, which is megabytes.
    /// </summary>
    private async Task ReceiveAsync()
    {
        var input = Connection.Transport.Input;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync();
                if (read.Buffer.Length > MaxSentToStream)
                {
                    Connection.Abort(new ConnectionAbortedException("The client of a stream sends."));
                    return;
                }

                if (read.IsCompleted || read.IsCanceled)
                {
                    return;
                }

                input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The connection is over, as its owner learns from elsewhere.
        }
    }
}
