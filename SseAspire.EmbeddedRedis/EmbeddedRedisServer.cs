using System.Net;
using System.Net.Sockets;
using Garnet;
using Garnet.server;
using Microsoft.Extensions.Logging;
using SseAspire.EmbeddedRedis.Commands;
using SseAspire.EmbeddedRedis.Streams;
using Tsavorite.core;

namespace SseAspire.EmbeddedRedis;

/// <summary>
/// A Redis in this very process, for machines without a container engine or a Redis: Garnet, with the
/// stream commands it lacks (XADD, XRANGE, XREVRANGE, XLEN, XTRIM, XDEL, XINFO STREAM). Listens on the
/// loopback address only and keeps everything in memory. Disposing it stops it.
/// </summary>
/// <remarks>
/// A script sees and changes its KEYS alone: nothing else happens to them while it runs. So a script must
/// name every key it touches. A key that nobody reads or writes is forgotten when the keys made after it
/// fill 128 MB; streams do not count, they are as large as they are.
/// </remarks>
public sealed class EmbeddedRedisServer : IDisposable
{
    private const int PortAttempts = 5;

    private readonly GarnetServer _server;
    private readonly string _checkpoints;

    private EmbeddedRedisServer(GarnetServer server, int port, string checkpoints)
    {
        _server = server;
        _checkpoints = checkpoints;
        Port = port;
    }

    /// <summary>The port it listens on.</summary>
    public int Port { get; }

    /// <summary>What StackExchange.Redis connects with.</summary>
    public string ConnectionString => $"127.0.0.1:{Port}";

    /// <summary>Starts one; it accepts connections when this returns.</summary>
    /// <param name="port">The loopback port to listen on; 0 takes a free one.</param>
    /// <param name="loggerFactory">Where Garnet logs to; null for nowhere.</param>
    /// <exception cref="PortTakenException">The port is not free.</exception>
    public static EmbeddedRedisServer Start(int port = 0, ILoggerFactory? loggerFactory = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            var chosen = Reserve(port);
            try
            {
                return Listen(chosen, loggerFactory);
            }
            catch (PortTakenException) when (port == 0 && attempt < PortAttempts)
            {
                // Somebody else took the free port in the moment between choosing it and listening on it.
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _server.Dispose();
        if (Directory.Exists(_checkpoints))
        {
            Directory.Delete(_checkpoints, recursive: true);
        }
    }

    // Garnet shares its port (SO_REUSEPORT), so that two of them on one port both start and each gets
    // some of the connections. Only a socket that does not share can tell whether the port is free.
    private static int Reserve(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return ((IPEndPoint)socket.LocalEndPoint!).Port;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new PortTakenException(port, e);
        }
    }

    private static EmbeddedRedisServer Listen(int port, ILoggerFactory? loggerFactory)
    {
        // Made only if a client sends SAVE; without a place of its own it would be the working directory.
        var checkpoints = Path.Combine(Path.GetTempPath(), $"sse-aspire-embedded-{Guid.NewGuid():N}");
        var server = new GarnetServer(Options(port, checkpoints), loggerFactory);
        try
        {
            RegisterStreams(server.Register);
            server.Start();
            return new EmbeddedRedisServer(server, port, checkpoints);
        }
        catch (Exception e)
        {
            server.Dispose();
            if (e is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse })
            {
                throw new PortTakenException(port, e);
            }

            throw;
        }
    }

    private static GarnetServerOptions Options(int port, string checkpoints) => new()
    {
        EndPoints = [new IPEndPoint(IPAddress.Loopback, port)],
        QuietMode = true,
        CheckpointDir = checkpoints,
        EnableLua = true,
        LuaOptions = new LuaOptions(
            LuaMemoryManagementMode.Native, "", Timeout.InfiniteTimeSpan, LuaLoggingMode.Enable, []),
        // A script holds the locks of its KEYS while it runs; without, two scripts would interleave.
        LuaTransactionMode = true,
        IndexMemorySize = "1m",
        // Garnet appends each new key to a log of its own, keeps this much of it and forgets what is older.
        // A key that is read or written moves to the log's end, so only keys that nobody uses are
        // forgotten; without, the epoch's key would be, after some hours of appending.
        LogMemorySize = "128m",
        PageSize = "4m",
        CopyReadsToTail = true,
        // There is no device; Garnet's default would look for a native library that is not on every machine.
        DeviceType = DeviceType.RandomAccess,
    };

    private static void RegisterStreams(RegisterApi register)
    {
        var factory = new StreamObjectFactory();
        Register("XADD", CommandType.ReadModifyWrite, new XAdd(TimeProvider.System));
        Register("XRANGE", CommandType.Read, new XRange(reverse: false));
        Register("XREVRANGE", CommandType.Read, new XRange(reverse: true));
        Register("XLEN", CommandType.Read, new XLen());
        Register("XTRIM", CommandType.ReadModifyWrite, new XTrim());
        Register("XDEL", CommandType.ReadModifyWrite, new XDel());
        Register(XInfoStream.Name, CommandType.ReadModifyWrite, new XInfoStream());
        register.NewProcedure("XINFO", () => new XInfo(), WithKey("XINFO"));

        void Register(string name, CommandType type, CustomObjectFunctions command) =>
            register.NewCommand(name, type, factory, command, WithKey(name));

        // Garnet takes the first argument for the key without looking whether there is one.
        static RespCommandsInfo WithKey(string name) => new() { Name = name, Arity = -2 };
    }
}
