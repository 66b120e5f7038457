using System.Net;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>A stream of which only the events are counted: parsing all of it would cost more than the hub does.</summary>
internal sealed class CountingReader : IAsyncDisposable
{
    /// <summary>What each event's data begins with, and nothing else that the hub sends has.</summary>
    public const char Mark = '~';

    private static readonly HttpClient Gzip = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.GZip });

    private readonly HttpResponseMessage _answer;
    private readonly CancellationTokenSource _left = new();
    private readonly Task _reading;
    private int _events;

    private CountingReader(HttpResponseMessage answer)
    {
        _answer = answer;
        _reading = ReadAsync();
    }

    /// <summary>How many events have come.</summary>
    public int Events => Volatile.Read(ref _events);

    public static async Task<CountingReader> OpenAsync(ServiceProcess api, string query, bool takesGzip = false) =>
        new(await (takesGzip ? Gzip : api.Client).GetAsync(new Uri(api.Address, $"/events?{query}"), HttpCompletionOption.ResponseHeadersRead));

    /// <summary>Waits until so many events have come.</summary>
    public async Task WaitAsync(int events, TimeSpan timeout)
    {
        using var late = new CancellationTokenSource(timeout);
        while (Events < events)
        {
            await Task.Delay(20, late.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _answer.Dispose();
        _left.Dispose();
    }

    private async Task ReadAsync()
    {
        await using var stream = await _answer.Content.ReadAsStreamAsync();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, _left.Token)) > 0)
        {
            Interlocked.Add(ref _events, buffer.AsSpan(0, read).Count((byte)Mark));
        }
    }
}
