using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SseAspire.Api.Tests;

/// <summary>
/// A page of an origin of its own that reads a stream with the browser's <c>EventSource</c> and reports what it got.
/// </summary>
internal sealed class ReaderPage : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ReaderPage(WebApplication app) => _app = app;

    /// <summary>Serves the page.</summary>
    /// <param name="origin">Where.</param>
    /// <param name="stream">The stream that it reads.</param>
    /// <param name="onData">Is given the data of each event, in the order in which the page got them.</param>
    public static async Task<ReaderPage> ServeAsync(Uri origin, Uri stream, Action<string> onData)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(origin.GetLeftPart(UriPartial.Authority));
        var app = builder.Build();
        app.MapGet("/", () => Results.Content(
            $$"""
            <!doctype html>
            <meta charset="utf-8">
            <title>Reader</title>
            <script>
              // One after the other, so that they are reported in order.
              let reported = Promise.resolve();
              new EventSource("{{stream}}").onmessage = (event) => {
                reported = reported.then(() => fetch("/received", { method: "POST", body: event.data }));
              };
            </script>
            """,
            "text/html"));
        app.MapPost("/received", async (HttpRequest request) =>
        {
            using var body = new StreamReader(request.Body);
            onData(await body.ReadToEndAsync());
        });
        await app.StartAsync();
        return new ReaderPage(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
