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
    private Action? _heartbeat;
    private Func<CancellationToken, Task>? _owner;

    private ConnectionTakeover(ConnectionContext connection) => Connection = connection;

    /// <summary>The connection.</summary>
    public ConnectionContext Connection { get; }

    /// <summary>Offers it to the requests of each connection.</summary>
    public static void Offer(ListenOptions endpoint) =>
        endpoint.Use(static next => connection => new ConnectionTakeover(connection).RunAsync(next));

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

    // The server looks at its timeouts by it. Registered with the connection itself it could not be taken back, and
    // would keep the server's state of HTTP for as long as the connection.
    void IConnectionHeartbeatFeature.OnHeartbeat(Action<object> action, object state) => _heartbeat += () => action(state);

    private async Task RunAsync(ConnectionDelegate http)
    {
        Connection.Features.GetRequiredFeature<IConnectionHeartbeatFeature>()
            .OnHeartbeat(static takeover => ((ConnectionTakeover)takeover)._heartbeat?.Invoke(), this);
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
                // However the request ended: it is the owner who lets go of what the stream holds.
                await owner(Connection.ConnectionClosed);
            }
        }
    }
}
