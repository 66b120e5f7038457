using System.Threading.Channels;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>A stream that is read in the background, from which a test takes one event after the other.</summary>
internal sealed class OpenStream : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<SseFrame> _frames = Channel.CreateUnbounded<SseFrame>();
    private readonly CancellationTokenSource _left = new();
    private readonly SseReader _reader;
    private readonly Task _reading;

    private OpenStream(Uri api, string query, string? resumeFrom)
    {
        _reader = new SseReader(api, query);
        if (resumeFrom is not null)
        {
            _reader.ResumeFrom(resumeFrom);
        }

        _reading = ReadAsync();
    }

    /// <summary>The last event id, whether an event or only a heartbeat brought it.</summary>
    public string LastEventId => _reader.LastEventId;

    /// <summary>What the stream told it to wait before a reconnect.</summary>
    public TimeSpan? Retry => _reader.Retry;

    /// <summary>Completes when the stream has ended, whoever ended it.</summary>
    public Task Ended => _reading.WaitAsync(Patience);

    /// <summary>Subscribes, and returns when the stream has said where it starts.</summary>
    public static async Task<OpenStream> OpenAsync(Uri api, string query, string? resumeFrom = null)
    {
        var stream = new OpenStream(api, query, resumeFrom);
        using var patience = new CancellationTokenSource(Patience);
        while (stream.Retry is null && !stream._reading.IsCompleted)
        {
            await Task.Delay(10, patience.Token);
        }

        if (stream._reading.IsFaulted)
        {
            await stream._reading;
        }

        return stream;
    }

    /// <summary>The next event.</summary>
    public async Task<SseFrame> NextAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await _frames.Reader.ReadAsync(patience.Token);
    }

    /// <summary>The next events.</summary>
    public async Task<IReadOnlyList<SseFrame>> NextAsync(int count)
    {
        var frames = new List<SseFrame>();
        while (frames.Count < count)
        {
            frames.Add(await NextAsync());
        }

        return frames;
    }

    /// <summary>Whether an event has come that was not taken.</summary>
    public bool HasMore => _frames.Reader.TryPeek(out _);

    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _reader.Dispose();
        _left.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            await _reader.ReadAsync(frame => _frames.Writer.TryWrite(frame), cancellationToken: _left.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Left, or cut.
        }
        finally
        {
            _frames.Writer.TryComplete();
        }
    }
}
