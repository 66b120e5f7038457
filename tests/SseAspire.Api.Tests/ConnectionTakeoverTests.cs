using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SseAspire.Api.Http;

namespace SseAspire.Api.Tests;

/// <summary>A stream that goes on without the request that opened it.</summary>
public sealed class ConnectionTakeoverTests
{
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WeakReference? _request;
    private bool _isGone;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_takes_a_connection_over_holds_nothing_of_the_request_and_ends_the_answer_itself()
    {
        await using var app = await StartAsync();
        using var client = await ConnectAsync(app);
        await RequestAsync(client, "/before");
        Assert.Equal("before", (await client.ReadAnswerAsync(Cancellation))?.Body);
        await RequestAsync(client, "/stream");
        Assert.Equal(200, (await client.ReadAnswerAsync(Cancellation))?.Status);
        Assert.Equal(["5", "first"], await ReadLinesAsync(client, 2));

        for (var tries = 0; IsHeld() && tries < 100; tries++)
        {
            GC.Collect();
            await Task.Delay(50, Cancellation);
        }

        Assert.False(IsHeld(), "The request is held for as long as its stream is open.");
        _end.SetResult();
        Assert.Equal(["4", "last", "0", "", null], await ReadLinesAsync(client, 5));
        Assert.False(_isGone);
    }

    [Fact]
    public async Task Who_takes_a_connection_over_is_told_that_the_client_has_gone()
    {
        await using var app = await StartAsync();
        using (var client = await ConnectAsync(app))
        {
            await RequestAsync(client, "/stream");
            Assert.Equal(200, (await client.ReadAnswerAsync(Cancellation))?.Status);
            Assert.Equal(["5", "first"], await ReadLinesAsync(client, 2));
        }

        for (var tries = 0; !Volatile.Read(ref _isGone) && tries < 100; tries++)
        {
            await Task.Delay(50, Cancellation);
        }

        Assert.True(_isGone);
        _end.SetResult();
    }

    private async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<OpenConnections>();
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.ConfigureEndpointDefaults(ConnectionTakeover.Offer);
            server.Listen(IPAddress.Loopback, 0);
        });
        var app = builder.Build();
        app.Use(OpenConnections.TrackAsync);
        app.MapGet("/before", (HttpContext context) => context.Response.WriteAsync("before", Cancellation));
        app.MapGet("/stream", OpenAsync);
        await app.StartAsync(Cancellation);
        return app;
    }

    private async Task OpenAsync(HttpContext context)
    {
        _request = new WeakReference(context);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.TransferEncoding = "chunked";
        context.Response.Headers.Connection = "close";
        await context.Response.Body.WriteAsync("5\r\nfirst\r\n"u8.ToArray(), Cancellation);
        var socket = context.Features.Get<IConnectionSocketFeature>()!.Socket;
        ConnectionTakeover.Of(context)!.TakeOver(async gone =>
        {
            using var left = gone.Register(() => _isGone = true);
            await _end.Task;
            if (!_isGone)
            {
                await socket.SendAsync("4\r\nlast\r\n0\r\n\r\n"u8.ToArray(), Cancellation);
            }
        });
    }

    // Not in the test itself, whose frame would hold what it has looked at.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool IsHeld() => _request!.IsAlive;

    private static Task<RawHttp> ConnectAsync(WebApplication app) => RawHttp.ConnectAsync(new Uri(app.Urls.First()), Cancellation);

    private static Task RequestAsync(RawHttp client, string path) =>
        client.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"), endsSending: false, Cancellation);

    private static async Task<string?[]> ReadLinesAsync(RawHttp client, int count)
    {
        var lines = new string?[count];
        for (var i = 0; i < count; i++)
        {
            lines[i] = await client.ReadLineAsync(Cancellation);
        }

        return lines;
    }
}
