using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Text;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>Streams that are compressed once for all who read the same events.</summary>
[Collection(nameof(SharedApi))]
public sealed class GzipTests(SharedApi shared)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _topic = $"gzip-{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_joins_between_two_batches_reads_every_event_from_there_on()
    {
        // More than two join points, and readers who come at every distance from one.
        const int Events = 100;
        var readers = new List<(int First, GzipReader Reader)>();
        for (var i = 0; i < Events; i++)
        {
            readers.Add((i, await GzipReader.OpenAsync(shared.Api, _topic)));
            await PublishAsync(i);
        }

        await PublishAsync("last");

        string[] all = [.. Enumerable.Range(0, Events).Select(Data), "last"];
        foreach (var (first, reader) in readers)
        {
            using (reader)
            {
                // It may have come before the hub had seen what was published just before.
                var read = await reader.ReadUntilAsync("last", Patience);
                Assert.InRange(read.Count, Events - first + 1, Events + 1);
                Assert.Equal(all.TakeLast(read.Count), read);
            }
        }
    }

    [Fact]
    public async Task Events_take_a_third_of_their_bytes_and_can_be_had_as_they_are()
    {
        // From the first join point on, so that all of it is in step.
        await using var api = await shared.StartAnotherAsync(("Hub__CompressFrom", "1"));
        using var gzip = await GzipReader.OpenAsync(api, _topic);
        using var identity = await OpenAsync(api, "identity");
        var plain = identity.Content.ReadAsStreamAsync(Cancellation);
        await PublishAsync(api, [.. Enumerable.Range(0, 320).Select(Data), "last"]);

        await gzip.ReadUntilAsync("last", Patience);
        Assert.Empty(identity.Content.Headers.ContentEncoding);
        var bytes = await CountUntilAsync(await plain, "data: last\n");
        Assert.True(gzip.BytesRead < bytes * 0.35, $"{gzip.BytesRead} bytes instead of {bytes}");
    }

    [Fact]
    public async Task Of_150_equal_readers_each_gets_fewer_bytes_than_plain_or_is_not_told_of_gzip()
    {
        const int Readers = 150;
        await using var api = await shared.StartAnotherAsync();
        var readers = new List<GzipReader>();
        try
        {
            for (var i = 0; i < Readers; i++)
            {
                readers.Add(await GzipReader.OpenAsync(api, _topic, mayBePlain: true));
            }

            await PublishAsync(api, [.. Enumerable.Range(0, 20).Select(Data), "last"]);
            foreach (var reader in readers)
            {
                Assert.Equal(21, (await reader.ReadUntilAsync("last", Patience)).Count);
            }

            // The default of Hub:CompressFrom is 100.
            Assert.Equal(99, readers.Count(reader => !reader.IsCompressed));
            var plain = readers[0].BytesRead;
            Assert.All(readers.Where(reader => reader.IsCompressed), reader => Assert.InRange(reader.BytesRead, 1, plain * 0.6));
        }
        finally
        {
            readers.ForEach(reader => reader.Dispose());
        }
    }

    [Fact]
    public async Task A_newcomer_to_a_run_that_has_gone_on_for_long_is_in_step_with_its_first_event()
    {
        await using var api = await shared.StartAnotherAsync(("Hub__CompressFrom", "1"));
        using var first = await GzipReader.OpenAsync(api, _topic);
        await PublishAsync(api, [.. Enumerable.Range(0, 100).Select(Data)]);

        using var newcomer = await GzipReader.OpenAsync(api, _topic);
        using var identity = await OpenAsync(api, "identity");
        var plain = identity.Content.ReadAsStreamAsync(Cancellation);
        await PublishAsync(api, [.. Enumerable.Range(100, 320).Select(Data), "last"]);

        await first.ReadUntilAsync("last", Patience);
        await newcomer.ReadUntilAsync("last", Patience);
        var bytes = await CountUntilAsync(await plain, "data: last\n");
        Assert.True(newcomer.BytesRead < bytes * 0.35, $"{newcomer.BytesRead} bytes instead of {bytes}");
    }

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("br, gzip, deflate, zstd", true)]
    [InlineData("GZIP;q=0.5", true)]
    [InlineData("gzip;q=0", false)]
    [InlineData("gzip;q=0.5, identity", false)]
    [InlineData("br", false)]
    [InlineData("identity", false)]
    [InlineData("gzip;q=a lot", false)]
    [InlineData(null, false)]
    public async Task A_stream_is_compressed_for_who_takes_it(string? accepted, bool isCompressed)
    {
        using var answer = await OpenAsync(shared.Api, accepted);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(isCompressed ? ["gzip"] : [], answer.Content.Headers.ContentEncoding);
        Assert.Equal(["Accept-Encoding"], answer.Headers.Vary);
    }

    [Fact]
    public async Task It_begins_to_pay_with_so_many_equal_streams()
    {
        await using var api = await shared.StartAnotherAsync(("Hub__CompressFrom", "3"));
        using var first = await OpenAsync(api, null);
        using var second = await OpenAsync(api, "gzip");
        using var another = await OpenAsync(api, "gzip", topic: $"{_topic}-other");
        using var third = await OpenAsync(api, "gzip");

        Assert.Empty(second.Content.Headers.ContentEncoding);
        Assert.Empty(another.Content.Headers.ContentEncoding);
        Assert.Equal(["gzip"], third.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task Heartbeats_events_larger_than_a_block_and_a_pause_come_between_and_nothing_is_garbled()
    {
        using var reader = await GzipReader.OpenAsync(shared.Api, _topic);
        var large = string.Concat(Enumerable.Range(0, 30_000).Select(i => i.ToString("x", CultureInfo.InvariantCulture)));
        Assert.True(large.Length > ushort.MaxValue);
        string[] published = ["0", large, "2", "3", large, "last"];
        foreach (var data in published)
        {
            await PublishAsync(shared.Api, data);
            // The shared API's heartbeat is a second.
            await Task.Delay(TimeSpan.FromSeconds(2.2), Cancellation);
        }

        Assert.Equal(published, await reader.ReadUntilAsync("last", Patience));
    }

    [Fact]
    public async Task A_slow_reader_is_out_of_step_and_back_in_it_without_loss()
    {
        // Small enough that the kernel soon takes no more.
        using var reader = await GzipReader.OpenAsync(shared.Api, _topic, receiveBuffer: 4 * 1024);
        const int Rounds = 60;
        var expected = new List<string>();
        for (var round = 0; round < Rounds; round++)
        {
            // Random, so that it stays large.
            var batch = Enumerable.Range(0, 20).Select(_ => Convert.ToHexString(RandomBytes(4_000))).ToArray();
            using var answer = await shared.Api.Client.PostAsJsonAsync(
                "/events", batch.Select(data => new { topic = _topic, data }), Cancellation);
            answer.EnsureSuccessStatusCode();
            expected.AddRange(batch);
        }

        await PublishAsync(shared.Api, "last");

        Assert.Equal([.. expected, "last"], await reader.ReadUntilAsync("last", Patience));
        Assert.True(reader.BytesRead > 1_000_000);
    }

    [Fact]
    public async Task One_that_is_cut_resumes_compressed_and_misses_nothing()
    {
        const int Events = 90;
        var data = new List<string>();
        string? cursor = null;
        for (var i = 0; i < Events; i += 10)
        {
            using var reader = await GzipReader.OpenAsync(shared.Api, _topic, cursor);
            for (var j = i; j < i + 10; j++)
            {
                await PublishAsync(j);
            }

            // It leaves before it has read half of them; the rest comes with the next one.
            data.AddRange(await reader.ReadUntilAsync(Data(i + 4), Patience));
            cursor = reader.LastEventId;
        }

        using var last = await GzipReader.OpenAsync(shared.Api, _topic, cursor);
        data.AddRange(await last.ReadUntilAsync(Data(Events - 1), Patience));
        Assert.Equal(Enumerable.Range(0, Events).Select(Data), data);
    }

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        Random.Shared.NextBytes(bytes);
        return bytes;
    }

    private static string Data(int number) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"station":"north-{{number % 7}}","sequence":{{number}},"temperature":{{15 + number % 90 / 10.0}},"humidity":{{40 + number % 13}},"status":"in service","note":""}""");

    private static async Task<int> CountUntilAsync(Stream stream, string end)
    {
        var read = new StringBuilder();
        var buffer = new byte[16 * 1024];
        while (!read.ToString().Contains(end, StringComparison.Ordinal))
        {
            var length = await stream.ReadAsync(buffer, Cancellation);
            Assert.NotEqual(0, length);
            read.Append(Encoding.ASCII.GetString(buffer, 0, length));
        }

        return read.Length;
    }

    private Task PublishAsync(int number) => PublishAsync(shared.Api, Data(number));

    private Task PublishAsync(string data) => PublishAsync(shared.Api, data);

    private async Task PublishAsync(ServiceProcess api, string[] each)
    {
        foreach (var data in each)
        {
            await PublishAsync(api, data);
        }
    }

    private async Task PublishAsync(ServiceProcess api, string data)
    {
        using var form = new FormUrlEncodedContent([new("topic", _topic), new("data", data)]);
        using var answer = await api.Client.PostAsync("/events", form, Cancellation);
        answer.EnsureSuccessStatusCode();
    }

    private Task<HttpResponseMessage> OpenAsync(ServiceProcess api, string? accepted, string? topic = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/events?topic={topic ?? _topic}");
        if (accepted is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        }

        return api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    /// <summary>A reader that decodes as .NET does, and counts what came over the wire.</summary>
    private sealed class GzipReader : IDisposable
    {
        private readonly HttpClient _client;
        private readonly CountingStream _wire;
        private readonly IAsyncEnumerator<SseItem<string>> _items;
        private readonly SseParser<string> _parser;

        private GzipReader(HttpClient client, CountingStream wire, bool isCompressed)
        {
            (_client, _wire, IsCompressed) = (client, wire, isCompressed);
            _parser = SseParser.Create(isCompressed ? new GZipStream(wire, CompressionMode.Decompress) : wire);
            _items = _parser.EnumerateAsync(CancellationToken.None).GetAsyncEnumerator(CancellationToken.None);
        }

        public long BytesRead => _wire.Count;

        public bool IsCompressed { get; }

        public string LastEventId => _parser.LastEventId;

        public static async Task<GzipReader> OpenAsync(
            ServiceProcess api, string topic, string? cursor = null, int? receiveBuffer = null, bool mayBePlain = false)
        {
            var handler = new SocketsHttpHandler
            {
                ConnectCallback = async (context, cancellationToken) =>
                {
                    var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                    if (receiveBuffer is { } size)
                    {
                        socket.ReceiveBufferSize = size;
                    }

                    await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            };
            var client = new HttpClient(handler) { BaseAddress = api.Address };
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/events?topic={topic}");
            request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");
            if (cursor is not null)
            {
                request.Headers.TryAddWithoutValidation("Last-Event-ID", cursor);
            }

            var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
            var isCompressed = answer.Content.Headers.ContentEncoding.Contains("gzip");
            Assert.True(isCompressed || mayBePlain);
            return new GzipReader(client, new CountingStream(await answer.Content.ReadAsStreamAsync(Cancellation)), isCompressed);
        }

        public async Task<IReadOnlyList<string>> ReadUntilAsync(string last, TimeSpan patience)
        {
            var data = new List<string>();
            do
            {
                Assert.True(await _items.MoveNextAsync().AsTask().WaitAsync(patience, Cancellation), "the stream has ended");
                data.Add(_items.Current.Data);
            }
            while (data[^1] != last);

            return data;
        }

        public void Dispose() => _client.Dispose();
    }

    private sealed class CountingStream(Stream inner) : Stream
    {
        public long Count { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            Count += read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = inner.Read(buffer, offset, count);
            Count += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
