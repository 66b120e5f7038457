using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using SseAspire.Testing;

namespace SseAspire.Api.Tests.Attacks;

/// <summary>Legitimate batches as large as the hub takes them, which <see cref="CountingReader"/> counts.</summary>
internal static class LargeEvents
{
    /// <summary>How many events <see cref="PublishMixedAsync"/> publishes.</summary>
    public const int Mixed = 41;

    private const string Letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Publishes one batch of events with so many bytes of data each.</summary>
    public static async Task PublishAsync(ServiceProcess api, int events, int bytes, bool compressible = true)
    {
        var data = CountingReader.Mark + (compressible ? new string('x', bytes - 1) : RandomNumberGenerator.GetString(Letters, bytes - 1));
        using var answer = await api.Client.PostAsJsonAsync("/events", Enumerable.Repeat(new { topic = "memory/large", data }, events), Cancellation);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    /// <summary>Publishes some small batches, which are compressed, one that is too large for that, and small ones again.</summary>
    public static async Task PublishMixedAsync(ServiceProcess api)
    {
        foreach (var (events, bytes) in ((int, int)[])[(1, 100), (2, 200_000), (1, 100), (33, 250_000), (1, 100), (1, 100), (1, 200_000), (1, 200_000)])
        {
            await PublishAsync(api, events, bytes, compressible: false);
        }
    }
}
