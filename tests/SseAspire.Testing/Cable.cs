using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace SseAspire.Testing;

/// <summary>
/// A network between a client and a server, both on loopback, in the hands of a test: it can be cut,
/// unplugged, paused, led elsewhere, or lose exactly one reply. The client connects to <see cref="Port"/>.
/// </summary>
/// <remarks>Carries bytes as they are and knows no protocol. Its methods may be called from any thread.</remarks>
public sealed class Cable : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Strand, Task> _strands = new();
    private readonly CancellationTokenSource _disposed = new();
    private readonly Task _accepting;
    private volatile TaskCompletionSource _flowing = Done();
    private volatile LostReply? _lost;
    private volatile bool _unplugged;
    private volatile int _serverPort;
    private long _bytesToServer;
    private long _bytesToClient;

    private Cable(int serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>The loopback port that the client connects to.</summary>
    public int Port { get; }

    /// <summary>Bytes that reached the server, over all connections.</summary>
    public long BytesToServer => Interlocked.Read(ref _bytesToServer);

    /// <summary>Bytes that reached the client, over all connections.</summary>
    public long BytesToClient => Interlocked.Read(ref _bytesToClient);

    /// <summary>Connections that are open now.</summary>
    public int Connections => _strands.Count;

    /// <summary>Lays a cable to a server on a loopback port.</summary>
    public static Cable To(int serverPort) => new(serverPort);

    /// <summary>Leads to another server from now on; connections that are open are cut.</summary>
    public void LeadTo(int serverPort)
    {
        _serverPort = serverPort;
        Cut();
    }

    /// <summary>Cuts all connections at once, in both directions, with a reset. New ones are let through.</summary>
    public void Cut()
    {
        foreach (var strand in _strands.Keys)
        {
            strand.Cut();
        }
    }

    /// <summary>Cuts all connections, and every new one until <see cref="Plug"/>.</summary>
    public void Unplug()
    {
        _unplugged = true;
        Cut();
    }

    /// <summary>Lets connections through again after <see cref="Unplug"/>.</summary>
    public void Plug() => _unplugged = false;

    /// <summary>Lets nothing flow, in both directions, until <see cref="Resume"/>: neither side is told.</summary>
    public void Pause()
    {
        if (_flowing.Task.IsCompleted)
        {
            _flowing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Lets flow again, first what was held back by <see cref="Pause"/>.</summary>
    public void Resume() => _flowing.TrySetResult();

    /// <summary>
    /// Loses the reply to one request, once: the next bytes to the server that contain the text are carried
    /// there, and when the server answers, the connection is cut instead of carrying the answer.
    /// </summary>
    /// <returns>Completes when it has happened.</returns>
    public Task LoseReplyTo(ReadOnlySpan<byte> text)
    {
        var lost = new LostReply(text.ToArray());
        _lost = lost;
        return lost.Happened.Task;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        _listener.Stop();
        await _accepting;
        Cut();
        await Task.WhenAll(_strands.Values);
        _disposed.Dispose();
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

            client.NoDelay = true;
            var strand = new Strand(client);
            // Entered before it runs, so that it cannot end before it is entered.
            var run = new Task<Task>(() => CarryAsync(strand));
            _strands[strand] = run.Unwrap();
            run.Start(TaskScheduler.Default);
        }
    }

    private async Task CarryAsync(Strand strand)
    {
        try
        {
            await _flowing.Task.WaitAsync(_disposed.Token);
            if (_unplugged)
            {
                return;
            }

            await strand.Server.ConnectAsync(IPAddress.Loopback, _serverPort, _disposed.Token);
            await Task.WhenAny(ToServerAsync(strand), ToClientAsync(strand));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server is away, or the cable was cut meanwhile: the client sees its connection reset.
        }
        finally
        {
            strand.Cut();
            _strands.TryRemove(strand, out _);
        }
    }

    private Task ToServerAsync(Strand strand) => PumpAsync(strand.Client, strand.Server, bytes =>
    {
        if (_lost is { } lost && bytes.Span.IndexOf(lost.Request) >= 0 && Interlocked.CompareExchange(ref _lost, null, lost) == lost)
        {
            strand.Lost = lost;
        }

        Interlocked.Add(ref _bytesToServer, bytes.Length);
        return true;
    });

    private Task ToClientAsync(Strand strand) => PumpAsync(strand.Server, strand.Client, bytes =>
    {
        if (strand.Lost is { } lost)
        {
            lost.Happened.TrySetResult();
            return false;
        }

        Interlocked.Add(ref _bytesToClient, bytes.Length);
        return true;
    });

    private async Task PumpAsync(Socket from, Socket to, Func<ReadOnlyMemory<byte>, bool> carries)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _disposed.Token) is > 0 and var length)
            {
                await _flowing.Task.WaitAsync(_disposed.Token);
                if (!carries(buffer.AsMemory(0, length)))
                {
                    return;
                }

                for (var sent = 0; sent < length;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, length - sent), _disposed.Token);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side went away or the cable was cut; the other side is cut by whoever awaits this.
        }
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }

    private sealed class Strand(Socket client)
    {
        public Socket Client { get; } = client;

        public Socket Server { get; } = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        public volatile LostReply? Lost;

        public void Cut()
        {
            // Zero: a reset, as of a cable that is gone, not an orderly end.
            Client.Close(0);
            Server.Close(0);
        }
    }

    private sealed class LostReply(byte[] request)
    {
        public byte[] Request { get; } = request;

        public TaskCompletionSource Happened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
