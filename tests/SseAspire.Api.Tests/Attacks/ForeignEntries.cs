using System.Globalization;
using System.Text.RegularExpressions;
using SseAspire.Broker;
using StackExchange.Redis;

namespace SseAspire.Api.Tests.Attacks;

/// <summary>Somebody who writes random entries to the hub's keys in Redis.</summary>
internal sealed partial class ForeignEntries(IDatabase database, Random random)
{
    /// <summary>How many writes were sent, including those that Redis refused.</summary>
    public int Written { get; private set; }

    /// <summary>Writes until it is stopped.</summary>
    public async Task WriteAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await WriteOneAsync();
            Written++;
        }
    }

    /// <summary>Writes something random to the hub's keys; Redis refuses some of it.</summary>
    private async Task WriteOneAsync()
    {
        var keys = new LogKeys("main");
        try
        {
            switch (random.Next(20))
            {
                case 0:
                    // Figures that no replica could have written: added up they overflow.
                    var own = (await database.HashGetAllAsync(keys.Replicas)).FirstOrDefault(entry => entry.Name.ToString().Length == 32).Value;
                    await database.HashSetAsync(
                        keys.Replicas,
                        $"{random.Next(3)}",
                        random.Next(3) == 0 ? Binary(50) : OwnPublished().Replace(own.ToString(), $"\"published\":{long.MaxValue}"));
                    break;
                case 1:
                    await database.Multiplexer.GetSubscriber().PublishAsync(keys.Control, Binary(100));
                    break;
                case 2:
                    await database.StringSetAsync(keys.Epoch, Binary(50));
                    break;
                default:
                    var last = (await database.StreamInfoAsync(keys.Log)).LastGeneratedId.ToString().Split('-')[0];
                    var id = random.Next(4) switch
                    {
                        0 => "*",
                        1 => $"{ulong.Parse(last, CultureInfo.InvariantCulture) + (ulong)random.NextInt64(1L << 50)}-{random.NextInt64()}",
                        2 => $"{last}-{ulong.MaxValue - (ulong)random.Next(3)}",
                        _ => $"{last}-*",
                    };
                    await database.ExecuteAsync("XADD", [keys.Log, id, .. Fields()]);
                    break;
            }
        }
        catch (RedisServerException)
        {
            // Redis has standards of its own.
        }
    }

    private List<object> Fields()
    {
        string[] names = ["topic", "data", "at", "type", "id", "retry", "traceparent", "private"];
        var fields = new List<object>();
        for (var count = random.Next(1, 12); count > 0; count--)
        {
            fields.Add(random.Next(8) == 0 ? Binary(20) : names[random.Next(names.Length)]);
            fields.Add(random.Next(8) switch
            {
                0 => "",
                1 => Binary(300),
                2 => new byte[random.Next(1 << 16)],
                3 => $"{random.NextInt64(long.MinValue, long.MaxValue)}",
                4 => new string('9', random.Next(1, 30)),
                5 => "a/**/b\r\ndata: injected",
                6 => $"00-{Guid.NewGuid():N}-0123456789abcdef-01",
                _ => "1",
            });
        }

        return fields;
    }

    private byte[] Binary(int most)
    {
        var bytes = new byte[random.Next(most)];
        random.NextBytes(bytes);
        return bytes;
    }

    [GeneratedRegex("\"published\":[0-9]+")]
    private static partial Regex OwnPublished();
}
