using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Garnet;
using Garnet.server;
using Garnet.server.Auth.Settings;
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
/// <para>
/// A script sees and changes its KEYS alone: nothing else happens to them while it runs. So a script must
/// name every key it touches. A key that nobody reads or writes is forgotten when the keys made after it
/// fill 128 MB; streams do not count, they are as large as they are.
/// </para>
/// <para>
/// Any web page that a developer opens can connect to loopback ports. So each start has its own random password,
/// a connection that does not begin with a Redis command is closed (<see cref="RespListener"/>), and commands that
/// write files, load code or change the configuration are not permitted.
/// </para>
/// </remarks>
public sealed class EmbeddedRedisServer : IDisposable
{
    private const int PortAttempts = 5;

    /// <summary>
    /// Everything but what administers the server. Not all that counts as dangerous does: the stream commands, which are
    /// not Garnet's own, INFO, which the log reads, and what a developer looks at or clears keys with.
    /// </summary>
    private const string Permissions = "+@all -@admin -@dangerous +@custom +info +keys +flushall +flushdb";

    /// <summary>Where Redis, too, begins to answer other clients that a script blocks it.</summary>
    private static readonly TimeSpan ScriptTimeout = TimeSpan.FromSeconds(5);

    private readonly GarnetServer _server;

    private EmbeddedRedisServer(GarnetServer server, int port, string password)
    {
        _server = server;
        Port = port;
        Password = password;
    }

    /// <summary>The port it listens on.</summary>
    public int Port { get; }

    /// <summary>The password of the default user.</summary>
    public string Password { get; }

    /// <summary>What StackExchange.Redis connects with. Contains the password.</summary>
    public string ConnectionString => $"127.0.0.1:{Port},password={Password}";

    /// <summary>Starts one; it accepts connections when this returns.</summary>
    /// <param name="port">The loopback port to listen on; 0 takes a free one.</param>
    /// <param name="password">The password of the default user, without spaces; null makes a random one.</param>
    /// <param name="loggerFactory">Where Garnet logs to; null for nowhere.</param>
    /// <exception cref="PortTakenException">The port is not free.</exception>
    public static EmbeddedRedisServer Start(int port = 0, string? password = null, ILoggerFactory? loggerFactory = null)
    {
        password ??= CreatePassword();
        for (var attempt = 1; ; attempt++)
        {
            var chosen = Reserve(port);
            try
            {
                return Listen(chosen, password, loggerFactory);
            }
            catch (PortTakenException) when (port == 0 && attempt < PortAttempts)
            {
                // Somebody else took the free port in the moment between choosing it and listening on it.
            }
        }
    }

    /// <summary>A password of 256 random bits, in hexadecimal digits.</summary>
    public static string CreatePassword() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <inheritdoc />
    public void Dispose() => _server.Dispose();

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

    private static EmbeddedRedisServer Listen(int port, string password, ILoggerFactory? loggerFactory)
    {
        var server = Create(new IPEndPoint(IPAddress.Loopback, port), password, loggerFactory);
        try
        {
            RegisterStreams(server.Register);
            server.Start();
            return new EmbeddedRedisServer(server, port, password);
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

    private static GarnetServer Create(IPEndPoint endPoint, string password, ILoggerFactory? loggerFactory)
    {
        // Garnet takes a user's permissions from a file only, which it reads while it is created. The password is
        // hashed in it; the hash of so many random bits tells nobody anything.
        var users = Path.GetTempFileName();
        try
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(password)));
            File.WriteAllText(users, $"user default on #{hash} {Permissions}");
            return new GarnetServer(Options(endPoint, users), loggerFactory, [new RespListener(endPoint)]);
        }
        finally
        {
            File.Delete(users);
        }
    }

    private static GarnetServerOptions Options(IPEndPoint endPoint, string users) => new()
    {
        EndPoints = [endPoint],
        QuietMode = true,
        AuthSettings = new AclAuthenticationPasswordSettings(users),
        EnableLua = true,
        LuaOptions = new LuaOptions(LuaMemoryManagementMode.Native, "", ScriptTimeout, LuaLoggingMode.Enable, []),
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
