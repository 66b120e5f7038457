using System.Threading.Channels;
using SseAspire.Broker;
using SseAspire.Producer.Sources;

namespace SseAspire.Producer.Tests;

/// <summary>A source that yields what a test gives it, and throws where the test gives it nothing.</summary>
internal sealed class ChannelSource(string name, SourceKind kind) : IEventSource
{
    private readonly Channel<string?> _given = Channel.CreateUnbounded<string?>();
    private int _taken;

    public string Name => name;

    public bool Enabled => true;

    public SourceKind Kind => kind;

    /// <summary>How many events the producer has taken.</summary>
    public int Taken => Volatile.Read(ref _taken);

    public void Give(string? data) => _given.Writer.TryWrite(data);

    public async IAsyncEnumerable<Event> ReadAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var data in _given.Reader.ReadAllAsync(cancellationToken))
        {
            Interlocked.Increment(ref _taken);
            yield return Event.Create($"test/{name}", data ?? throw new InvalidDataException("as told"), DateTimeOffset.UtcNow);
        }
    }
}
