using System.Net;
using System.Net.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SseAspire.Api.Hub;
using SseAspire.Api.Telemetry;

namespace SseAspire.Api.Tests;

/// <summary>A stream that fails between its subscription and its start leaves nothing behind.</summary>
public sealed class FailedStartTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_failure_between_subscribing_and_streaming_ends_the_subscription_and_gives_its_place_back()
    {
        await using var app = await StartAsync();
        using var client = new HttpClient { BaseAddress = app.Address };

        using var failed = await client.GetAsync("/events?topic=a", HttpCompletionOption.ResponseHeadersRead, Cancellation);

        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        Assert.Empty(app.Hub.Subscriptions);
        Assert.Equal(0, app.Hub.CountStreams(Transport.Sse));
        using var next = await client.GetAsync("/events?topic=a", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        next.EnsureSuccessStatusCode();
        Assert.Single(app.Hub.Subscriptions);
    }

    [Fact]
    public async Task A_failure_between_subscribing_and_streaming_over_a_WebSocket_ends_the_subscription_and_gives_its_place_back()
    {
        await using var app = await StartAsync();

        await using (var failed = await EventSocket.OpenAsync(app.Address, "topic=a"))
        {
            await Assert.ThrowsAsync<WebSocketException>(failed.NextAsync);
        }

        Assert.Empty(app.Hub.Subscriptions);
        Assert.Equal(0, app.Hub.CountStreams(Transport.WebSocket));
        await using var next = await EventSocket.OpenAsync(app.Address, "topic=a");
        Assert.NotNull(await next.NextAsync());
        Assert.Single(app.Hub.Subscriptions);
    }

    /// <summary>Starts a hub for one stream, whose log cannot be written to when the first stream opens.</summary>
    private static Task<HubApp> StartAsync() => HubApp.StartAsync(configure: builder =>
    {
        builder.Services.Configure<HubOptions>(hub => hub.MaxConnections = 1);
        builder.Logging.AddProvider(new FullDisk()).AddFilter<FullDisk>(null, LogLevel.Debug);
    });

    private sealed class FullDisk : ILoggerProvider, ILogger
    {
        private bool _hasFailed;

        public ILogger CreateLogger(string categoryName) =>
            categoryName == typeof(StreamTelemetry).FullName ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public void Log<TState>(LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!_hasFailed)
            {
                _hasFailed = true;
                throw new IOException("No space left on device.");
            }
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Dispose()
        {
        }
    }
}
