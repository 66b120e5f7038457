using System.Collections.Concurrent;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using SseAspire.Benchmarks.Load;

namespace SseAspire.Benchmarks.Servers;

/// <summary>
/// What one writes first with ASP.NET Core: <c>TypedResults.ServerSentEvents</c> over a channel for each
/// reader. No log, no resume, no bound: it only fans out.
/// </summary>
internal sealed class NaiveServer() : DotnetServer(typeof(NaiveServer).Assembly.Location, [Role], new Dictionary<string, string>())
{
    /// <summary>The argument that makes this program the server.</summary>
    public const string Role = "naive-server";

    public override string StreamPath => "/events";

    /// <summary>Is the server, until it is ended.</summary>
    public static void Run()
    {
        var builder = WebApplication.CreateBuilder();
        var app = builder.Build();
        var readers = new ConcurrentDictionary<Channel<SseItem<string>>, bool>();
        var epoch = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var sequence = 0L;

        app.MapGet("/health", () => "Healthy");
        app.MapGet("/readers", () => readers.Count);
        app.MapGet("/events", (CancellationToken cancellationToken) => TypedResults.ServerSentEvents(ReadAsync(cancellationToken)));
        app.MapPost("/events", (Publication[] publications) =>
        {
            foreach (var publication in publications)
            {
                var item = new SseItem<string>(publication.Data) { EventId = $"{epoch}-{++sequence}" };
                foreach (var reader in readers)
                {
                    reader.Key.Writer.TryWrite(item);
                }
            }

            return TypedResults.Created();
        });
        app.Run();

        async IAsyncEnumerable<SseItem<string>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var channel = Channel.CreateUnbounded<SseItem<string>>(new UnboundedChannelOptions { SingleReader = true });
            readers.TryAdd(channel, true);
            try
            {
                await foreach (var item in channel.Reader.ReadAllAsync(cancellationToken))
                {
                    yield return item;
                }
            }
            finally
            {
                readers.TryRemove(channel, out _);
            }
        }
    }

    // It answers with the first event, so a reader cannot tell.
    protected override int CountServed(ReaderFleet readers) => Get("/readers")!.Value.GetInt32();
}
