using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Microsoft.Playwright;
using SseAspire.Api.Tests;
using SseAspire.Testing.Otlp;
using SseAspire.Web.Tests;

namespace SseAspire.Telemetry.Tests;

/// <summary>One event can be followed from who made it to who has it.</summary>
public sealed class EventTraceTests(WholeSystem whole, Browser browser) : IClassFixture<WholeSystem>
{
    private const int Producer = 4;
    private const int Consumer = 5;

    private OtlpCollector Collector => whole.System.Collector;

    [Fact]
    public async Task One_trace_leads_from_the_producer_over_both_replicas_into_the_browser()
    {
        var page = await browser.NewPageAsync();
        await page.GotoAsync(whole.Web.Address.ToString(), new() { WaitUntil = WaitUntilState.DOMContentLoaded });

        // Not of an event that was there before the page: nobody was given that when it came.
        var received = default(ReceivedSpan);
        await Collector.WaitForAsync("a whole trace that ends in a browser", () => (received = Collector.Spans.FirstOrDefault(span =>
            span.Name == "receive status/host" && OfTrace(span.TraceId).Count() == 4
            && OfTrace(span.TraceId).Any(delivered => delivered.Attributes.GetValueOrDefault("sse.readers") == "1"))) is not null);

        var published = Assert.Single(OfTrace(received!.TraceId), span => span.Name == "publish status/host");
        Assert.Equal(("Producer", "SseAspire.Producer", Producer, ""), (published.Service, published.Source, published.Kind, published.ParentId));
        var delivered = OfTrace(received.TraceId).Where(span => span.Name == "deliver status/host").ToArray();
        Assert.Equal(["a", "b"], delivered.Select(span => span.Instance).Order(StringComparer.Ordinal));
        Assert.All(delivered, span => Assert.Equal(("Api", "SseAspire.Hub"), (span.Service, span.Source)));
        // A browser is no part of the API: a resource of its own, with the replica that recorded the span as its instance.
        Assert.Equal(("browser", "SseAspire.Browser", "a"), (received.Service, received.Source, received.Instance));
        Assert.All([.. delivered, received], span =>
        {
            Assert.Equal((Consumer, published.SpanId), (span.Kind, span.ParentId));
            Assert.Equal("status/host", span.Attributes["messaging.destination.name"]);
            Assert.Equal($"{span.Attributes["messaging.operation"]} status/host", span.Name);
            Assert.Equal(received.Attributes["messaging.message.id"], span.Attributes["messaging.message.id"]);
            Assert.InRange(double.Parse(span.Attributes["sse.delay"], CultureInfo.InvariantCulture), 0, 60);
            Assert.True(published.Start <= span.Start, $"{span.Name} starts before its publish");
            Assert.True(span.Start <= span.End);
        });
        // The page reads of the first replica.
        Assert.Equal("1", delivered.Single(span => span.Instance == "a").Attributes["sse.readers"]);
        Assert.Equal("0", delivered.Single(span => span.Instance == "b").Attributes["sse.readers"]);
        await Collector.WaitForAsync(
            "the browser's latency", () => Collector.Metrics.Any(metric => metric.Name == "sse.browser.latency" && metric.Count > 0));
    }

    [Fact]
    public async Task What_is_published_over_HTTP_goes_on_in_the_trace_of_who_published_it()
    {
        const string Topic = "traced/over-http";
        var trace = NewTrace();
        await using var first = await OpenStream.OpenAsync(whole.Api.Address, $"topic={Topic}");
        await using var second = await OpenStream.OpenAsync(whole.Api.Address, "topic=traced/*");
        // Both select it for two reasons, which are one reader each.
        await using var third = await OpenStream.OpenAsync(whole.Api.Address, $"topic=traced/**&topic={Topic}");

        await ObservedSystem.PublishAsync(whole.Api, Topic, ["followed"], $"00-{trace}-00f067aa0ba902b7-01");

        await Collector.WaitForAsync("request, publish and two delivers", () => OfTrace(trace).Count() == 4);
        var request = Assert.Single(OfTrace(trace), span => span.ParentId == "00f067aa0ba902b7");
        var published = Assert.Single(OfTrace(trace), span => span.Name == $"publish {Topic}");
        Assert.Equal((request.SpanId, Producer), (published.ParentId, published.Kind));
        var delivered = OfTrace(trace).Where(span => span.Name == $"deliver {Topic}").ToArray();
        Assert.All(delivered, span => Assert.Equal(published.SpanId, span.ParentId));
        Assert.Equal("3", delivered.Single(span => span.Instance == "a").Attributes["sse.readers"]);
    }

    [Fact]
    public async Task What_its_publisher_does_not_sample_is_not_traced_further()
    {
        const string Topic = "traced/unsampled";
        var (unsampled, sampled) = (NewTrace(), NewTrace());

        await ObservedSystem.PublishAsync(whole.Api, Topic, ["not followed"], $"00-{unsampled}-00f067aa0ba902b7-00");
        await ObservedSystem.PublishAsync(whole.Api, Topic, ["followed"], $"00-{sampled}-00f067aa0ba902b7-01");

        await Collector.WaitForAsync("what came later", () => OfTrace(sampled).Count() == 4);
        Assert.Empty(OfTrace(unsampled));
    }

    [Fact]
    public async Task A_flood_does_not_bury_the_traces()
    {
        const string Topic = "traced/flood";
        var trace = NewTrace();

        await ObservedSystem.PublishAsync(whole.Api, Topic, Enumerable.Repeat("drop", 500), $"00-{trace}-00f067aa0ba902b7-01");
        await ObservedSystem.PublishAsync(whole.Api, Topic, Enumerable.Repeat("drop", 500), $"00-{trace}-00f067aa0ba902b7-01");

        await Collector.WaitForAsync("some of it", () => Delivered() >= 2);
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        // Two batches on two replicas, and a second may end in the middle of one.
        Assert.InRange(Delivered(), 2, 8 * WholeSystem.MaxSpansPerSecond);

        int Delivered() => OfTrace(trace).Count(span => span.Name == $"deliver {Topic}");
    }

    [Fact]
    public async Task Every_exported_deliver_span_has_its_publish_span_under_load()
    {
        const string Topic = "traced/load";
        const int Publishers = 10;
        const int Each = 150;
        await using var stream = await OpenStream.OpenAsync(whole.Api.Address, $"topic={Topic}");
        var started = Stopwatch.GetTimestamp();

        // The producer as well: a span for each event of the burst would overflow the queue of its exporter.
        var burst = BurstAsync();
        await Task.WhenAll(Enumerable.Range(0, Publishers).Select(async _ =>
        {
            for (var i = 0; i < Each; i++)
            {
                await ObservedSystem.PublishAsync(whole.Api, Topic, ["load"]);
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }));
        await burst;
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;

        await ObservedSystem.PublishAsync(whole.Api, Topic, ["last"], $"00-{NewTrace()}-00f067aa0ba902b7-00");
        await stream.NextAsync(Publishers * Each + 1);
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);

        var published = Collector.Spans.Where(span => span.Name.StartsWith("publish ", StringComparison.Ordinal)).Select(span => span.SpanId).ToHashSet();
        var delivered = Collector.Spans.Where(span => span.Name.StartsWith("deliver ", StringComparison.Ordinal)).ToArray();
        var orphans = delivered.Where(span => !published.Contains(span.ParentId)).ToArray();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Publishers * Each / seconds:0} events/s over {seconds:0.0} s, {delivered.Length} deliver spans, {orphans.Length} without publish");
        Assert.True(Publishers * Each / seconds > 200, "the load is too low to exceed the budget");
        Assert.Empty(orphans);
        // Traces of the load are whole: the request, its publication and a delivery on each replica. Requests of events over
        // the budget leave no span.
        var traces = Collector.Spans.Where(span => span.Name == $"publish {Topic}").Select(span => span.TraceId).ToArray();
        Assert.InRange(traces.Length, WholeSystem.MaxSpansPerSecond, (seconds + 2) * WholeSystem.MaxSpansPerSecond);
        Assert.All(traces, trace => Assert.Equal(4, OfTrace(trace).Count()));
        Assert.All(Collector.Spans.Where(span => span.Service == "Producer" && span.Name == "publish burst"), span =>
            Assert.Equal(2, OfTrace(span.TraceId).Count(each => each.Name == "deliver burst")));

        async Task BurstAsync()
        {
            using var answer = await whole.Producer.Client.PostAsync("/operations/burst?count=2000", null, TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();
        }
    }

    [Fact]
    public async Task A_receive_span_starts_after_its_publish_and_does_not_end_before_it_starts_whatever_the_clock_error()
    {
        const string Topic = "traced/clock";
        var trace = NewTrace();
        var id = Assert.Single(await ObservedSystem.PublishAsync(whole.Api, Topic, ["an event"], $"00-{trace}-00f067aa0ba902b7-01"));
        await Collector.WaitForAsync("its deliveries", () => OfTrace(trace).Count(span => span.Name == $"deliver {Topic}") == 2);
        var at = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

        // By half a second, which is within what the hub accepts: before the event was published, and after now.
        using var answer = await whole.Api.Client.PostAsJsonAsync("/events/receipts", new
        {
            transport = "sse",
            clock = 0,
            receipts = new[] { new { id, at = at - 900 }, new { id, at = at + 500 } },
        }, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();

        await Collector.WaitForAsync("two receipts", () => OfTrace(trace).Count(span => span.Name == $"receive {Topic}") == 2);
        var published = Assert.Single(OfTrace(trace), span => span.Name == $"publish {Topic}");
        Assert.All(OfTrace(trace).Where(span => span.Name == $"receive {Topic}"), span =>
        {
            Assert.True(published.Start <= span.Start, $"{published.Start:O} {span.Start:O}");
            Assert.True(span.Start <= span.End);
        });
    }

    [Fact]
    public async Task The_sampler_that_is_set_decides_where_a_trace_begins_and_follows_who_began_it()
    {
        const string Topic = "traced/sampler";
        var api = await whole.System.StartApiAsync(
            "sampler", ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "0"), ("Log__Hub", "sampler"));
        var trace = NewTrace();

        await ObservedSystem.PublishAsync(api, Topic, ["a trace that would begin here"]);
        await ObservedSystem.PublishAsync(api, Topic, ["a trace that somebody else began"], $"00-{trace}-00f067aa0ba902b7-01");

        await Collector.WaitForAsync("what somebody else began", () => OfTrace(trace).Count() == 3);
        Assert.All(Collector.Spans.Where(span => span.Instance == "sampler"), span => Assert.Equal(trace, span.TraceId));
    }

    private static string NewTrace() => Guid.NewGuid().ToString("N");

    private IEnumerable<ReceivedSpan> OfTrace(string trace) => Collector.Spans.Where(span => span.TraceId == trace);
}
