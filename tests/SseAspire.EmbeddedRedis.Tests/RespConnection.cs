using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using StackExchange.Redis;

namespace SseAspire.EmbeddedRedis.Tests;

/// <summary>
/// One connection that shows replies as they stand on the wire, type by type: a client library would
/// hide what differs (a null from a null array, an error from a text).
/// </summary>
internal sealed class RespConnection : IAsyncDisposable
{
    private static readonly TimeSpan ReplyTimeout = TimeSpan.FromSeconds(20);

    private readonly TcpClient _client;
    private readonly BufferedStream _stream;

    private RespConnection(TcpClient client)
    {
        _client = client;
        _stream = new BufferedStream(client.GetStream());
    }

    /// <summary>Opens one, and shows the password that the connection string has.</summary>
    public static async Task<RespConnection> OpenAsync(string connectionString)
    {
        var options = ConfigurationOptions.Parse(connectionString);
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync((IPEndPoint)options.EndPoints[0]);
        var connection = new RespConnection(client);
        if (options.Password is { } password)
        {
            Assert.Equal("+OK", await connection.SendAsync("AUTH", password));
        }

        return connection;
    }

    /// <summary>Sends a command and returns its reply, such as <c>*2[$1-1, *2[$field, $value]]</c>.</summary>
    public async Task<string> SendAsync(params string[] command)
    {
        var request = new StringBuilder().Append(CultureInfo.InvariantCulture, $"*{command.Length}\r\n");
        foreach (var argument in command)
        {
            request.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(argument)}\r\n{argument}\r\n");
        }

        await _stream.WriteAsync(Encoding.UTF8.GetBytes(request.ToString()));
        await _stream.FlushAsync();

        var reply = new StringBuilder();
        await ReadAsync(reply).WaitAsync(ReplyTimeout);
        return reply.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _client.Dispose();
    }

    private async Task ReadAsync(StringBuilder reply)
    {
        var line = await ReadLineAsync();
        var isNull = line.EndsWith("-1", StringComparison.Ordinal);
        switch (line[0])
        {
            case '$' when !isNull:
                var bytes = new byte[int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture) + 2];
                await _stream.ReadExactlyAsync(bytes);
                reply.Append('$').Append(Encoding.UTF8.GetString(bytes, 0, bytes.Length - 2));
                break;
            case '*' when !isNull:
                reply.Append(line).Append('[');
                for (var i = int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture); i > 0; i--)
                {
                    await ReadAsync(reply);
                    reply.Append(i > 1 ? ", " : "");
                }

                reply.Append(']');
                break;
            default:
                reply.Append(line);
                break;
        }
    }

    private async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (true)
        {
            await _stream.ReadExactlyAsync(one);
            if (one[0] == '\n')
            {
                return line.ToString(0, line.Length - 1);
            }

            line.Append((char)one[0]);
        }
    }
}
