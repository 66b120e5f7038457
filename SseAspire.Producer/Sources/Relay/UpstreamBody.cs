namespace SseAspire.Producer.Sources;

/// <summary>
/// The body of an upstream stream, read with two limits: a connection that died without a word would be
/// waited on for ever, and an event that never ends would fill the memory.
/// </summary>
internal sealed class UpstreamBody(Stream inner, TimeSpan silenceLimit, int eventLimit, TimeProvider time) : Stream
{
    private readonly CancellationTokenSource _silence = new(Timeout.InfiniteTimeSpan, time);
    private int _eventBytes;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Says that an event has ended, and so counts anew.</summary>
    public void EventEnded() => _eventBytes = 0;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_eventBytes > eventLimit)
        {
            throw new IOException($"An event is larger than {eventLimit} bytes.");
        }

        _silence.CancelAfter(silenceLimit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_silence.Token, cancellationToken);
        try
        {
            var count = await inner.ReadAsync(buffer, either.Token);
            _eventBytes += count;
            return count;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"The stream was silent for {silenceLimit}.");
        }
        finally
        {
            _silence.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            _silence.Dispose();
        }

        base.Dispose(disposing);
    }
}
