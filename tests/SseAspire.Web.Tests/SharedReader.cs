using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;

namespace SseAspire.Web.Tests;

/// <summary>
/// A tab of somebody else's: a page that knows nothing of streams, into which <c>shared-stream.js</c> is
/// loaded as <c>docs/client.md</c> tells. It writes down all that it is told.
/// </summary>
public sealed class SharedReader
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private SharedReader(IPage page) => Page = page;

    public IPage Page { get; }

    /// <summary>Opens a tab and reads topics in it.</summary>
    public static async Task<SharedReader> OpenAsync(
        IBrowserContext context, Site site, string[] topics, string[]? types = null, int history = 0, string? lastEventId = null)
    {
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(site.Web.Address, "/error/404").ToString());
        await page.EvaluateAsync(
            """
            async (options) => {
              const { SharedStream } = await import('/js/shared-stream.js');
              const stream = new SharedStream(options);
              window.stream = stream;
              window.heard = { data: [], gaps: [], states: [] };
              stream.onEvent(({ data }) => window.heard.data.push(data));
              stream.onGap(({ missed }) => window.heard.gaps.push(missed));
              stream.onState(() => window.heard.states.push(stream.silent ? 'silent' : stream.state));
              stream.open();
            }
            """,
            new { hub = $"http://127.0.0.1:{site.Cable.Port}", topics, types = types ?? [], history, lastEventId });
        return new SharedReader(page);
    }

    /// <summary>Opens a tab and waits until its stream is open.</summary>
    public static async Task<SharedReader> OpenLiveAsync(
        IBrowserContext context, Site site, string[] topics, string[]? types = null, int history = 0, string? lastEventId = null)
    {
        var reader = await OpenAsync(context, site, topics, types, history, lastEventId);
        await reader.WaitForStateAsync("live");
        return reader;
    }

    /// <summary>Waits until the last event is here, and gives all of them.</summary>
    public async Task<string[]> DataUntilAsync(string last) =>
        (await WaitAsync(heard => heard.Data.LastOrDefault() == last, $"the event '{last}'")).Data;

    /// <summary>Waits until the first event is here.</summary>
    public Task DataUntilAnyAsync() => WaitAsync(heard => heard.Data.Length > 0, "any event");

    /// <summary>Waits until its state is, or was at some time, this one.</summary>
    public Task WaitForStateAsync(string state) => WaitAsync(heard => heard.States.Contains(state), $"the state '{state}'");

    public async Task<string> StateAsync() => await Page.EvaluateAsync<string>("() => window.stream.state");

    private async Task<Heard> HeardAsync()
    {
        var json = await Page.EvaluateAsync<string>("() => JSON.stringify(window.heard)");
        return JsonSerializer.Deserialize<Heard>(json, JsonSerializerOptions.Web)!;
    }

    private async Task<Heard> WaitAsync(Func<Heard, bool> done, string what)
    {
        for (var started = Stopwatch.GetTimestamp(); ;)
        {
            var heard = await HeardAsync();
            if (done(heard))
            {
                return heard;
            }

            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                Assert.Fail(
                    $"{what} did not come. States: {string.Join(' ', heard.States)}. Gaps: {heard.Gaps.Length}. "
                    + $"Events: {heard.Data.Length}, last: {heard.Data.LastOrDefault()}.");
            }

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private sealed record Heard(string[] Data, int?[] Gaps, string[] States);
}
