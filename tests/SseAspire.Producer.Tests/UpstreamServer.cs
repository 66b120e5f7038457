using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace SseAspire.Producer.Tests;

/// <summary>
/// A stream of numbered events, which goes on after <c>Last-Event-ID</c> and is cut after a given number
/// of bytes: mostly in the middle of an event, often between its id and its end.
/// </summary>
internal sealed class UpstreamServer(int count, Func<int> bytesUntilCut)
{
    /// <summary>The <c>Last-Event-ID</c> of each request.</summary>
    public List<string?> Resumes { get; } = [];

    public async Task AnswerAsync(HttpContext context)
    {
        string? lastEventId = context.Request.Headers["Last-Event-ID"];
        lock (Resumes)
        {
            Resumes.Add(lastEventId);
        }

        context.Response.ContentType = "text/event-stream";
        var frames = new StringBuilder("retry: 1\n\n");
        var from = lastEventId is null ? 0 : int.Parse(lastEventId, CultureInfo.InvariantCulture) + 1;
        for (var number = from; number < count; number++)
        {
            frames.Append(CultureInfo.InvariantCulture, $"id: {number}\nevent: {(number % 2 == 0 ? "even" : "odd")}\ndata: {number}\ndata: second line\n\n: comment\n\n");
        }

        var bytes = Encoding.UTF8.GetBytes(frames.ToString());
        var cut = bytesUntilCut();
        await context.Response.Body.WriteAsync(bytes.AsMemory(0, Math.Min(cut, bytes.Length)));
        await context.Response.Body.FlushAsync();
        if (cut < bytes.Length)
        {
            // Half of them without a word, so that what is on its way is lost; but not before `retry` is known.
            if (lastEventId is not null && cut % 2 == 0)
            {
                context.Abort();
            }

            return;
        }

        await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
