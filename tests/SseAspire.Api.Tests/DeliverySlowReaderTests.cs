using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>A reader that stops reading holds no memory: it falls behind, and is told when it fell out of the log.</summary>
public sealed class DeliverySlowReaderTests(ITestOutputHelper output)
{
    private const int Rate = 2_000;
    private const string Topic = "ticks/numbered";

    // The kernel keeps some megabytes for a reader that does not read, and a process grows by some at any time.
    // What is not read must outgrow both soon.
    private static readonly string Padding = " " + new string('x', 1_000);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 240_000)]
    [InlineData(60, 500_000, false)]
    [InlineData(20, 8_000, true)]
    public async Task A_reader_that_stops_reading_costs_no_memory_and_then_gets_what_is_kept_or_the_right_gap(
        int seconds, int logEvents, bool fallsOut)
    {
        Assert.SkipUnless(RedisServer.IsInstalled, RedisServer.SkipReason);
        await using var redis = await RedisServer.LaunchAsync(cancellationToken: Cancellation);
        await using var api = await ServiceProcess.StartApiAsync(
            redis.ConnectionString,
            ("Log__MaxEvents", logEvents.ToString(CultureInfo.InvariantCulture)),
            ("Hub__WindowEvents", "5000"),
            // So that memory that is only waiting to be collected does not count as growth.
            ("DOTNET_GCConserveMemory", "5"));
        var publisher = new NumberedPublisher(Topic, () => api, Padding);

        // The window is full and the code is warm before anything is measured.
        await publisher.RunAsync(Rate * 10, Rate, Cancellation);
        using var slow = await StoppedReader.ConnectAsync(api.Address, Topic, Cancellation);
        var first = publisher.Published;
        var before = api.ReadResidentBytes();
        await publisher.RunAsync(first + (Rate * seconds), Rate, Cancellation);
        var grown = api.ReadResidentBytes() - before;
        var unread = (publisher.Published - first) * (long)Padding.Length;
        output.WriteLine($"{publisher.Published - first} events while it did not read; the API grew by {grown / 1024} KiB");
        Assert.Equal(0, publisher.Failures);
        Assert.True(grown < unread / 2, $"the API grew by {grown} bytes while {unread} were not read");

        var (numbers, gaps) = await slow.ReadUntilAsync(publisher.Published - 1, Cancellation);

        // In order, once each, and every hole is one that it was told of.
        var expected = first;
        foreach (var number in numbers)
        {
            if (number != expected)
            {
                Assert.NotEmpty(gaps);
                Assert.Equal(number - expected, (int)gaps.Dequeue()["missed"]!);
            }

            expected = number + 1;
        }

        Assert.Empty(gaps);
        Assert.Equal(publisher.Published, expected);
        Assert.Equal(fallsOut, numbers.Count < publisher.Published - first);
    }

    /// <summary>A connection with a small receive buffer, from which nothing is read until it is asked for.</summary>
    private sealed class StoppedReader(Socket socket) : IDisposable
    {
        public static async Task<StoppedReader> ConnectAsync(Uri address, string topic, CancellationToken cancellationToken)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 8 * 1024 };
            await socket.ConnectAsync(address.Host, address.Port, cancellationToken);
            await socket.SendAsync(
                Encoding.ASCII.GetBytes($"GET /events?topic={topic} HTTP/1.0\r\nHost: {address.Authority}\r\n\r\n"), cancellationToken);

            // The headers have come: it is subscribed.
            await socket.ReceiveAsync(new byte[16], SocketFlags.Peek, cancellationToken);
            return new StoppedReader(socket);
        }

        /// <summary>Reads on until a number has come.</summary>
        public async Task<(List<int> Numbers, Queue<JsonNode> Gaps)> ReadUntilAsync(int last, CancellationToken cancellationToken)
        {
            using var lines = new StreamReader(new NetworkStream(socket), Encoding.UTF8);
            var (numbers, gaps, isGap) = (new List<int>(), new Queue<JsonNode>(), false);
            while (numbers is [] || numbers[^1] != last)
            {
                var line = await lines.ReadLineAsync(cancellationToken);
                Assert.NotNull(line);
                if (line == "event: gap")
                {
                    isGap = true;
                }
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    if (isGap)
                    {
                        gaps.Enqueue(JsonNode.Parse(line[6..])!);
                    }
                    else
                    {
                        numbers.Add(int.Parse(line[6..].Split(' ')[0], CultureInfo.InvariantCulture));
                    }

                    isGap = false;
                }
            }

            return (numbers, gaps);
        }

        public void Dispose() => socket.Dispose();
    }
}
