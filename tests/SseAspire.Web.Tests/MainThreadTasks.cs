using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;

namespace SseAspire.Web.Tests;

/// <summary>
/// The tasks of a page's main thread, as Chromium traces them. Their processor time and not their duration: on a
/// machine that runs all test projects at once most of that is waiting for a processor, which is not the page's.
/// </summary>
internal static class MainThreadTasks
{
    private static readonly string[] Categories = ["disabled-by-default-devtools.timeline"];

    /// <returns>Milliseconds of processor time of each task.</returns>
    public static async Task<IReadOnlyList<double>> RecordAsync(IPage page, TimeSpan time)
    {
        var session = await page.Context.Browser!.NewBrowserCDPSessionAsync();
        var events = new ConcurrentQueue<JsonElement>();
        var complete = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        session.Event("Tracing.dataCollected").OnEvent += (_, data) =>
        {
            foreach (var traced in data!.Value.GetProperty("value").EnumerateArray())
            {
                events.Enqueue(traced.Clone());
            }
        };
        session.Event("Tracing.tracingComplete").OnEvent += (_, _) => complete.TrySetResult();
        await session.SendAsync("Tracing.start", new()
        {
            ["transferMode"] = "ReportEvents",
            ["traceConfig"] = new { includedCategories = Categories },
        });
        await Task.Delay(time, TestContext.Current.CancellationToken);
        await session.SendAsync("Tracing.end");
        await complete.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await session.DetachAsync();

        var mainThreads = events.Where(e => Name(e) == "thread_name" && e.GetProperty("args").GetProperty("name").GetString() == "CrRendererMain")
            .Select(Thread).ToHashSet();
        return [.. events.Where(e => Name(e) == "RunTask" && mainThreads.Contains(Thread(e)) && e.TryGetProperty("tdur", out _))
            .Select(e => e.GetProperty("tdur").GetDouble() / 1_000)];
    }

    private static string? Name(JsonElement traced) => traced.GetProperty("name").GetString();

    private static (int, int) Thread(JsonElement traced) => (traced.GetProperty("pid").GetInt32(), traced.GetProperty("tid").GetInt32());
}
