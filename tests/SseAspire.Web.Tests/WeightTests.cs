using System.Collections.Concurrent;
using System.IO.Compression;
using Microsoft.Playwright;

namespace SseAspire.Web.Tests;

/// <summary>What a first visit loads, compressed as a published front end serves it.</summary>
public sealed class WeightTests(SiteFixture fixture, Browser browser) : IClassFixture<SiteFixture>
{
    private const string ChartLibrary = "echarts";

    private readonly Site _site = fixture.Site;

    [Theory]
    [InlineData("/", true)]
    [InlineData("/compare", false)]
    [InlineData("/recover", false)]
    [InlineData("/console", false)]
    [InlineData("/learn", false)]
    [InlineData("/hub", false)]
    public async Task A_page_weighs_less_than_150_kB_and_loads_charts_only_where_it_has_some(string path, bool hasCharts)
    {
        var page = await browser.NewPageAsync();
        ConcurrentQueue<IResponse> responses = [];
        page.RequestFinished += async (_, request) =>
        {
            if (await request.ResponseAsync() is { } response)
            {
                responses.Enqueue(response);
            }
        };
        await page.GotoAsync(new Uri(_site.Web.Address, path).ToString(), new() { WaitUntil = WaitUntilState.Load });
        // What scripts load when they run: modules, the globe's outlines.
        await page.WaitForTimeoutAsync(2_000);

        var own = responses.Where(response => new Uri(response.Url).Authority == _site.Web.Address.Authority && response.Status == 200).ToList();
        Assert.Equal(hasCharts, own.Exists(response => response.Url.Contains(ChartLibrary, StringComparison.Ordinal)));
        var weight = 0L;
        foreach (var response in own.Where(response => !response.Url.Contains(ChartLibrary, StringComparison.Ordinal)))
        {
            weight += Compressed(await response.BodyAsync());
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{path}: {weight} bytes in {own.Count} responses");
        Assert.InRange(weight, 10_000, 150_000);
    }

    private static long Compressed(byte[] body)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(body);
        }

        return compressed.Length;
    }
}
