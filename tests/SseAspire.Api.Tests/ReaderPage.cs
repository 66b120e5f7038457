using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SseAspire.Api.Tests;

/// <summary>
/// A page of an origin of its own that reads a stream and reports what it got. It is served the packages of npm, as they
/// are shipped, under <c>/npm/</c>.
/// </summary>
internal sealed class ReaderPage : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ReaderPage(WebApplication app) => _app = app;

    /// <summary>Serves the page.</summary>
    /// <param name="origin">Where.</param>
    /// <param name="body">What reads the stream, and calls <c>report(data)</c> for each event.</param>
    /// <param name="onData">Is given the data of each event, in the order in which the page got them.</param>
    public static async Task<ReaderPage> ServeAsync(Uri origin, string body, Action<string> onData)
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
              function report(data) {
                reported = reported.then(() => fetch("/received", { method: "POST", body: data }));
              }
            </script>
            {{body}}
            """,
            "text/html"));
        app.MapPost("/received", async (HttpRequest request) =>
        {
            using var body = new StreamReader(request.Body);
            onData(await body.ReadToEndAsync());
        });
        app.MapGet("/npm/{**file}", (string file) => Results.File(Path.Combine(NodePackages.Folder, "node_modules", file), "text/javascript"));
        await app.StartAsync();
        return new ReaderPage(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
