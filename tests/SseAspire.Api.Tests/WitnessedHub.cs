using System.Globalization;
using SseAspire.Broker;
using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>
/// A hub with a subscriber to everything, whose stream was open before anything else happened: what harms the
/// hub, or is published though it was refused, it sees.
/// </summary>
public sealed class WitnessedHub : IAsyncLifetime
{
    private readonly EmbeddedBroker _broker = new();
    private ServiceProcess? _api;
    private OpenStream? _witness;
    private EventId _last;
    private int _published;

    /// <summary>Where the API listens.</summary>
    public Uri Address => _api!.Address;

    public async ValueTask InitializeAsync()
    {
        await _broker.InitializeAsync();
        _api = await ServiceProcess.StartApiAsync(_broker.ConnectionString, SharedApi.Patience);
        _witness = await OpenStream.OpenAsync(_api.Address, "topic=**");
        await PublishAsync();
        Assert.True(EventId.TryParse((await _witness.NextAsync()).LastEventId, out _last));
    }

    /// <summary>
    /// Publishes a good event: the witness must get it, once, and nothing since the last one; and its place must
    /// be the next one of the log.
    /// </summary>
    public async Task AssertUnharmedAsync()
    {
        var data = await PublishAsync();
        var frame = await _witness!.NextAsync();

        Assert.Equal(new SseFrame(_last.Next.ToString(), "message", data), frame);
        Assert.False(_witness.HasMore, "the witness got more than was published");
        _last = _last.Next;
    }

    public async ValueTask DisposeAsync()
    {
        if (_witness is not null)
        {
            await _witness.DisposeAsync();
        }

        if (_api is not null)
        {
            await _api.DisposeAsync();
        }

        await _broker.DisposeAsync();
    }

    private async Task<string> PublishAsync()
    {
        var data = (++_published).ToString(CultureInfo.InvariantCulture);
        using var form = new FormUrlEncodedContent([new("topic", "good/event"), new("data", data)]);
        using var answer = await _api!.Client.PostAsync("/events", form);
        answer.EnsureSuccessStatusCode();
        return data;
    }
}
