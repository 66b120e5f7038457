using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace SseAspire.Testing;

/// <summary>
/// A balancer of connections in front of replicas, as the platforms have them that run these: it asks each replica
/// five times a second whether it is ready (<c>/health</c>) and leads new connections, in turn, to those that are.
/// Connections that are open stay where they are.
/// </summary>
public sealed class Balancer : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly HttpClient _probe = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly CancellationTokenSource _disposed = new();
    private readonly ConcurrentDictionary<Task, bool> _connections = new();
    private readonly Uri[] _replicas;
    private readonly Task _running;
    private volatile Uri[] _ready = [];
    private int _turn;

    private Balancer(Uri[] replicas)
    {
        _replicas = replicas;
        _listener.Start(backlog: 4_096);
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _running = Task.WhenAll(Task.Run(AcceptAsync), Task.Run(ProbeAsync));
    }

    /// <summary>Where clients connect.</summary>
    public Uri Address { get; }

    /// <summary>Starts in front of replicas on loopback ports, and returns when all of them are ready.</summary>
    public static async Task<Balancer> StartAsync(IEnumerable<Uri> replicas, CancellationToken cancellationToken)
    {
        var balancer = new Balancer([.. replicas]);
        while (balancer._ready.Length < balancer._replicas.Length)
        {
            await Task.Delay(Interval, cancellationToken);
        }

        return balancer;
    }

    /// <summary>Returns when it has seen that a replica is ready.</summary>
    public async Task WaitUntilReadyAsync(Uri replica, CancellationToken cancellationToken)
    {
        while (!_ready.Contains(replica))
        {
            await Task.Delay(Interval, cancellationToken);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        _listener.Stop();
        await _running;
        await Task.WhenAll(_connections.Keys);
        _probe.Dispose();
        _disposed.Dispose();
    }

    private async Task ProbeAsync()
    {
        while (!_disposed.IsCancellationRequested)
        {
            var ready = await Task.WhenAll(_replicas.Select(IsReadyAsync));
            _ready = [.. _replicas.Where((_, i) => ready[i])];
            await Task.Delay(Interval, _disposed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> IsReadyAsync(Uri replica)
    {
        try
        {
            using var answer = await _probe.GetAsync(new Uri(replica, "/health"), _disposed.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync(_disposed.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            // Entered before it runs, so that it cannot end before it is entered.
            var start = new Task<Task>(() => CarryAsync(client));
            var connection = start.Unwrap();
            _connections[connection] = true;
            _ = connection.ContinueWith(ended => _connections.TryRemove(ended, out _), TaskScheduler.Default);
            start.Start(TaskScheduler.Default);
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                if (_ready is not { Length: > 0 } ready)
                {
                    // Nobody is ready: the client sees its connection closed.
                    return;
                }

                await server.ConnectAsync(
                    IPAddress.Loopback, ready[(uint)Interlocked.Increment(ref _turn) % ready.Length].Port, _disposed.Token);
                await Task.WhenAll(PumpAsync(client, server), PumpAsync(server, client));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The replica is away, or one side broke off: the other sees its connection closed.
            }
        }
    }

    /// <summary>Carries bytes one way until that side has no more, and says so to the other.</summary>
    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[4 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _disposed.Token) is > 0 and var length)
            {
                for (var sent = 0; sent < length;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, length - sent), _disposed.Token);
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            from.Close();
            to.Close();
        }
    }
}
