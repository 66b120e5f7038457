namespace SseAspire.Api.Tests.Proxies;

/// <summary>The same for a proxy that cuts streams which are silent for too long.</summary>
public abstract class SilenceContract(SharedApi shared) : ProxyContract(shared)
{
    [Fact]
    public async Task Heartbeats_keep_a_silent_stream_open_for_longer_than_the_proxy_waits()
    {
        var timeout = TimeSpan.FromSeconds(6);
        await using var api = await Shared.StartAnotherAsync(("Hub__Heartbeat", "00:00:01"));
        await using var proxy = await StartProxyAsync(api.Address.Authority, timeout);
        await using var stream = await OpenAsync(proxy);

        await Task.Delay(2 * timeout, Cancellation);

        await PublishAsync(api, "after a silence");
        Assert.Equal("after a silence", await stream.NextAsync());
    }

    [Fact]
    public async Task Without_heartbeats_the_proxy_cuts_it()
    {
        await using var api = await Shared.StartAnotherAsync(("Hub__Heartbeat", "01:00:00"));
        await using var proxy = await StartProxyAsync(api.Address.Authority, TimeSpan.FromSeconds(1));
        await using var stream = await OpenAsync(proxy);

        await stream.EndAsync();
    }
}
