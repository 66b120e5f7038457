using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using StackExchange.Redis;

namespace SseAspire.EmbeddedRedis.Tests;

/// <summary>
/// What somebody can do who reaches the port and was not given the connection string: a web page that the developer
/// opens, another program of the machine.
/// </summary>
public sealed class ForeignClientTests : IDisposable
{
    private readonly EmbeddedRedisServer _server = EmbeddedRedisServer.Start();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_the_password_nothing_is_answered()
    {
        var options = ConfigurationOptions.Parse(_server.ConnectionString);
        Assert.Equal(64, options.Password!.Length);
        options.Password = null;
        await using var client = await RespConnection.OpenAsync(options.ToString(includePassword: false));

        Assert.StartsWith("-NOAUTH", await client.SendAsync("GET", "key"), StringComparison.Ordinal);
        Assert.StartsWith("-NOAUTH", await client.SendAsync("XADD", "s", "1-1", "f", "v"), StringComparison.Ordinal);
        Assert.StartsWith("-WRONGPASS", await client.SendAsync("AUTH", "guessed"), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_start_has_another_password()
    {
        using var other = EmbeddedRedisServer.Start();

        Assert.NotEqual(_server.Password, other.Password);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_HTTP_request_writes_nothing_and_its_connection_is_closed(bool knowsPassword)
    {
        var login = knowsPassword ? Command("AUTH", _server.Password) : "";
        using var http = new HttpClient();
        using var body = new StringContent(login + Command("SET", "key", "value") + Command("XADD", "s", "1-1", "f", "v") + "SET key value\r\n");

        var error = await Assert.ThrowsAsync<HttpRequestException>(
            () => http.PostAsync(new Uri($"http://127.0.0.1:{_server.Port}/"), body, Cancelled));

        Assert.NotEqual(HttpRequestError.InvalidResponse, error.HttpRequestError);
        await using var client = await RespConnection.OpenAsync(_server.ConnectionString);
        Assert.Equal((":0", ":0"), (await client.SendAsync("EXISTS", "key"), await client.SendAsync("EXISTS", "s")));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("OPTIONS / HTTP/1.1\r\n")]
    [InlineData("Host: localhost\r\n")]
    [InlineData("PING\r\n")]
    [InlineData("G")]
    [InlineData("\u0016\u0003\u0001")]
    public async Task A_connection_that_begins_otherwise_than_a_Redis_client_is_closed_without_an_answer(string first)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _server.Port, Cancelled);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(first), Cancelled);

        Assert.Equal(0, await ReadAsync().WaitAsync(TimeSpan.FromSeconds(20), Cancelled));

        async Task<int> ReadAsync()
        {
            try
            {
                return await stream.ReadAsync(new byte[1], Cancelled);
            }
            catch (IOException)
            {
                // A reset is closed too: the rest of what was sent was not read.
                return 0;
            }
        }
    }

    [Fact]
    public async Task A_command_may_arrive_byte_by_byte()
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, _server.Port, Cancelled);
        var stream = client.GetStream();
        foreach (var one in Encoding.ASCII.GetBytes(Command("AUTH", _server.Password)))
        {
            await stream.WriteAsync(new[] { one }, Cancelled);
            await Task.Delay(5, Cancelled);
        }

        var answer = new byte[5];
        await stream.ReadExactlyAsync(answer, Cancelled);
        Assert.Equal("+OK\r\n"u8.ToArray(), answer);
    }

    [Theory]
    [InlineData("SAVE")]
    [InlineData("BGSAVE")]
    [InlineData("CONFIG GET *")]
    [InlineData("CONFIG SET dir /")]
    [InlineData("DEBUG SLEEP 0")]
    [InlineData("MODULE LOADCS module.dll")]
    [InlineData("REGISTERCS CMD")]
    [InlineData("REPLICAOF 127.0.0.1 1")]
    [InlineData("SLAVEOF 127.0.0.1 1")]
    [InlineData("FAILOVER")]
    [InlineData("MIGRATE 127.0.0.1 1 key 0 1")]
    [InlineData("ACL SETUSER default nopass")]
    [InlineData("ACL LIST")]
    [InlineData("CLIENT KILL ID 1")]
    [InlineData("MONITOR")]
    [InlineData("SWAPDB 0 1")]
    public async Task A_client_with_the_password_cannot_administer_the_server(string command)
    {
        await using var client = await RespConnection.OpenAsync(_server.ConnectionString);

        Assert.StartsWith("-NOPERM", await client.SendAsync(command.Split(' ')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_cannot_do_what_its_client_may_not()
    {
        await using var client = await RespConnection.OpenAsync(_server.ConnectionString);

        Assert.StartsWith("-", await client.SendAsync("EVAL", "return redis.call('CONFIG', 'GET', '*')", "0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_without_end_is_ended_and_others_go_on()
    {
        await using var client = await RespConnection.OpenAsync(_server.ConnectionString);
        await using var other = await RespConnection.OpenAsync(_server.ConnectionString);

        var started = Stopwatch.GetTimestamp();
        var endless = client.SendAsync("EVAL", "while true do end", "0");
        Assert.Equal("+PONG", await other.SendAsync("PING"));

        Assert.StartsWith("-", await endless, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 4, 20);
        Assert.Equal("+PONG", await client.SendAsync("PING"));
    }

    public void Dispose() => _server.Dispose();

    private static string Command(params string[] parts) =>
        $"*{parts.Length}\r\n{string.Concat(parts.Select(part => $"${part.Length}\r\n{part}\r\n"))}";
}
