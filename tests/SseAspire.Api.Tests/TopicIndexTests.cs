using System.Diagnostics;
using SseAspire.Api.Hub;
using SseAspire.Api.Transports;
using SseAspire.Broker;

namespace SseAspire.Api.Tests;

/// <summary>How the hub finds the groups that want an event.</summary>
public sealed class TopicIndexTests(ITestOutputHelper output)
{
    [Fact]
    public void However_many_patterns_match_a_deep_topic_an_event_is_looked_up_in_bounded_time()
    {
        const int Levels = 16;
        const int PerSubscription = 64;
        var index = new TopicIndex();
        // Every pattern of one topic: 65,536 of the same depth, and those that end in '**'.
        var patterns = Enumerable.Range(0, 1 << Levels)
            .Select(bits => string.Join('/', Enumerable.Range(0, Levels).Select(level => (bits >> level & 1) == 0 ? "a" : "*")))
            .SelectMany(pattern => (string[])[pattern, pattern[..^1] + "**"])
            .Distinct()
            .Where(pattern => TopicSelector.Refuse(pattern) is null);
        foreach (var some in patterns.Chunk(PerSubscription))
        {
            index.Add(new SubscriptionGroup(new Selection(some), SseFormat.Plain, default));
        }

        var topic = string.Join('/', Enumerable.Repeat("a", Levels));
        var found = new List<SubscriptionGroup>();
        index.Find(topic, found);
        var started = Stopwatch.GetTimestamp();
        found.Clear();
        index.Find(topic, found);

        output.WriteLine($"{found.Count} matches in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0.00} ms");
        Assert.InRange(found.Count, 1, 10_000);
    }

    [Theory]
    [InlineData("a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a")]
    [InlineData("*/*/*/*/**")]
    [InlineData("a/*/a/*/a/*/a/*")]
    public void A_topic_or_pattern_at_the_bounds_is_accepted(string selector) => Assert.Null(TopicSelector.Refuse(selector));

    [Theory]
    [InlineData("a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a", "has more than 16 levels")]
    [InlineData("a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/**", "has more than 16 levels")]
    [InlineData("*/*/*/*/*", "has more than 4 levels that are '*'")]
    public void Beyond_them_it_is_refused_with_the_bound(string selector, string reason) => Assert.Equal(reason, TopicSelector.Refuse(selector));
}
