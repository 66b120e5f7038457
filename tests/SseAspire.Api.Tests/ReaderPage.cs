using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SseAspire.Api.Tests;

/// <summary>A page of an origin of its own that reads a stream with one of the clients and reports what it receives.</summary>
internal sealed class ReaderPage : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ReaderPage(WebApplication app) => _app = app;

    /// <summary>Serves the page.</summary>
    /// <param name="origin">Where.</param>
    /// <param name="folder">The folder with the clients and the packages that they use.</param>
    /// <param name="client">The client: a module of the folder's <c>clients</c>.</param>
    /// <param name="stream">The stream that it reads.</param>
    /// <param name="onLine">Is called with each line that the client reports, in their order.</param>
    public static async Task<ReaderPage> ServeAsync(Uri origin, string folder, string client, Uri stream, Action<string> onLine)
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
            <script type="module">
              import { read } from "/clients/{{client}}.js";

              // One after the other, so that they are reported in order.
              let reported = Promise.resolve();
              read("{{stream}}", (line) => {
                reported = reported.then(() => fetch("/received", { method: "POST", body: line }));
              });
            </script>
            """,
            "text/html"));
        app.MapPost("/received", async (HttpRequest request) =>
        {
            using var body = new StreamReader(request.Body);
            onLine(await body.ReadToEndAsync());
        });
        app.MapGet("/{**path}", (string path) =>
        {
            var file = Path.Combine(folder, path);
            // Packages that are made for bundlers import modules without the ending.
            return Results.File(File.Exists(file) ? file : $"{file}.js", "text/javascript");
        });
        await app.StartAsync();
        return new ReaderPage(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
