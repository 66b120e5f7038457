using System.Globalization;

namespace SseAspire.EmbeddedRedis.Tests;

public sealed class SameAsRedisTests
{
    /// <summary>What each case is about, and its commands, a line each.</summary>
    public static TheoryData<string, string> Cases => new()
    {
        {
            "XADD with an explicit id", """
            XADD s 1-1 f v
            XADD s 1-1 f v
            XADD s 1-0 f v
            XADD s 0-9 f v
            XADD s 1-2 f v g w
            XADD s 2 f v
            XADD s 2 f v
            XADD s 18446744073709551615-18446744073709551614 f v
            XADD s 18446744073709551615-18446744073709551615 f v
            XADD s * f v
            XADD s 18446744073709551615-* f v
            XADD s 5-* f v
            XRANGE s - +
            XINFO STREAM s
            """
        },
        {
            "XADD with half an id", """
            XADD s 0-* f v
            XADD s 0-* f v
            XADD s 7-* f v
            XADD s 7-* f v
            XADD s 6-* f v
            XADD s 7-18446744073709551615 f v
            XADD s 7-* f v
            XADD s 8-* f v
            XRANGE s - +
            """
        },
        {
            "XADD with a clock behind the newest id", """
            XADD s 9999999999999-5 f v
            XADD s * f v
            XADD s * f v
            XADD s 9999999999999-18446744073709551615 f v
            XADD s * f v
            XRANGE s - +
            """
        },
        {
            "XADD refused leaves no key behind", """
            XADD s 0-0 f v
            XADD s 0 f v
            XADD s x f v
            XADD s 1-x f v
            XADD s -1-1 f v
            XADD s 1--1 f v
            XADD s 1-1-1 f v
            XADD s 1-1-* f v
            XADD s -* f v
            XADD s - f v
            XADD s + f v
            XADD s (1 f v
            XADD s ** f v
            XADD s 18446744073709551616-0 f v
            XADD s 1-18446744073709551616 f v
            XADD s 1-1 f
            XADD s 1-1
            XADD s 1-1 f v g
            XADD s *
            XADD s MAXLEN
            XADD s MAXLEN 1
            XADD s NOMKSTREAM
            XADD s MAXLEN x * f v
            XADD s MAXLEN -1 * f v
            XADD s MAXLEN 01 * f v
            XADD s MAXLEN +1 * f v
            XADD s MAXLEN ~ * f v
            XADD s MAXLEN = x * f v
            XADD s MINID x * f v
            XADD s MINID - * f v
            XADD s MINID ~ 1-* * f v
            XADD s MAXLEN 1 MINID 1 * f v
            XADD s MAXLEN 1 MAXLEN 2 * f v
            XADD s LIMIT 1 * f v
            XADD s LIMIT x * f v
            XADD s LIMIT -1 * f v
            XADD s MAXLEN 1 LIMIT 1 * f v
            XADD s MAXLEN = 1 LIMIT 0 * f v
            XADD s MAXLEN ~ 1 LIMIT -1 * f v
            XADD s MAXLEN ~ 1 LIMIT x * f v
            XADD s BOGUS 1 * f v
            EXISTS s
            """
        },
        {
            "LIMIT needs ~", """
            XADD s LIMIT 0 1-1 f v
            XTRIM s LIMIT 0 LIMIT 0
            XADD s MAXLEN ~ 9 LIMIT 0 1-1 f v
            XTRIM s MAXLEN ~ 9 LIMIT 0
            XRANGE s - +
            """
        },
        {
            "XADD NOMKSTREAM", """
            XADD s NOMKSTREAM 1-1 f v
            EXISTS s
            XADD s NOMKSTREAM 0-0 f v
            XADD s 1-1 f v
            XADD s NOMKSTREAM 1-2 f v
            XADD s nomkstream MAXLEN 1 1-3 f v
            XADD s MAXLEN 1 NOMKSTREAM 1-4 f v
            XRANGE s - +
            """
        },
        {
            "XADD trims", """
            XADD s 1-1 f v
            XADD s 1-2 f v
            XADD s 1-3 f v
            XADD s MAXLEN 2 1-4 f v
            XRANGE s - +
            XADD s maxlen = 1 1-5 f v
            XRANGE s - +
            XADD s MAXLEN 0 1-6 f v
            XRANGE s - +
            XINFO STREAM s
            XADD s 2-0 f v
            XADD s 2-5 f v
            XADD s MINID 2-1 3-0 f v
            XRANGE s - +
            XADD s MINID = 3 4-0 f v
            XRANGE s - +
            XADD s MINID 9 5-0 f v
            XLEN s
            EXISTS s
            XINFO STREAM s
            XADD s 5-0 f v
            XADD s 5-1 f v
            """
        },
        {
            "XADD takes any bytes and many fields", """
            XADD s 1-1 поле значение
            XADD s 1-2 a b a b a b a b a b a b a b a b a b a b a b a b
            XADD s 1-3 MAXLEN 5
            XRANGE s - +
            """
        },
        {
            "XRANGE bounds", """
            XRANGE s - +
            XADD s 1-1 f v
            XADD s 1-2 f v
            XADD s 2-0 f v
            XADD s 2-7 f v
            XADD s 5-5 f v
            XRANGE s - +
            XRANGE s + -
            XRANGE s 1 1
            XRANGE s 2 2
            XRANGE s 1-2 2
            XRANGE s (1-1 +
            XRANGE s (1 +
            XRANGE s (2-0 (5-5
            XRANGE s (2 (5
            XRANGE s - (5-5
            XRANGE s - (1-1
            XRANGE s 3 4
            XRANGE s 6 +
            XRANGE s 5-5 5-5
            XRANGE s (5-5 (5-5
            XRANGE s 0 18446744073709551615
            XRANGE s 18446744073709551615-18446744073709551615 +
            """
        },
        {
            "XREVRANGE bounds", """
            XREVRANGE s + -
            XADD s 1-1 f v
            XADD s 1-2 f v
            XADD s 2-0 f v
            XADD s 2-7 f v
            XADD s 5-5 f v
            XREVRANGE s + -
            XREVRANGE s - +
            XREVRANGE s 1 1
            XREVRANGE s 2 1-2
            XREVRANGE s (5-5 -
            XREVRANGE s + (1-1
            XREVRANGE s (5 (1
            XREVRANGE s + - COUNT 2
            XREVRANGE s 2 - COUNT 1
            XREVRANGE s + - COUNT 0
            """
        },
        {
            "XRANGE COUNT", """
            XRANGE s - + COUNT 0
            XRANGE s - + COUNT 3
            XADD s 1-1 f v
            XADD s 1-2 f v
            XADD s 1-3 f v
            XRANGE s - + COUNT 0
            XRANGE s - + COUNT -1
            XRANGE s - + COUNT 1
            XRANGE s - + count 2
            XRANGE s - + COUNT 9223372036854775807
            XRANGE s - + COUNT 9223372036854775808
            XRANGE s - + COUNT 1 COUNT 2
            """
        },
        {
            "XRANGE refused", """
            XRANGE s x +
            XRANGE s - x
            XRANGE s ( +
            XRANGE s (- +
            XRANGE s - (+
            XRANGE s 1-* +
            XRANGE s (18446744073709551615-18446744073709551615 +
            XRANGE s - (0-0
            XRANGE s - (0
            XRANGE s - + COUNT
            XRANGE s - + COUNT x
            XRANGE s - + LIMIT 1
            XRANGE s - + 1
            XRANGE s -
            XRANGE s
            XREVRANGE s +
            XREVRANGE s x -
            XREVRANGE s + x
            XREVRANGE s (0-0 -
            XREVRANGE s + (18446744073709551615-18446744073709551615
            XADD s 1-1 f v
            XRANGE s x +
            XRANGE s - x
            XRANGE s (18446744073709551615-18446744073709551615 +
            XRANGE s - (0-0
            XRANGE s - + COUNT x
            XRANGE s - + LIMIT 1
            XRANGE s -
            """
        },
        {
            "XLEN", """
            XLEN s
            XADD s 1-1 f v
            XLEN s
            XLEN s s
            XDEL s 1-1
            XLEN s
            EXISTS s
            """
        },
        {
            "XTRIM", """
            XTRIM s MAXLEN 1
            XADD s 1-1 f v
            XADD s 1-2 f v
            XADD s 1-3 f v
            XADD s 2-1 f v
            XADD s 2-2 f v
            XTRIM s MAXLEN 9
            XTRIM s MAXLEN = 4
            XRANGE s - +
            XTRIM s MINID 1-3
            XRANGE s - +
            XTRIM s minid = 2
            XRANGE s - +
            XTRIM s MINID 2-1
            XTRIM s MINID 9-9
            XINFO STREAM s
            XADD s 2-2 f v
            XADD s 3-0 f v
            XTRIM s MAXLEN 0
            XLEN s
            """
        },
        {
            "XTRIM refused", """
            XTRIM s
            XTRIM s MAXLEN
            XTRIM s x 1
            XTRIM s MAXLEN x
            XTRIM s MAXLEN -1
            XTRIM s MAXLEN 1 x
            XTRIM s MAXLEN 1 MINID 1
            XTRIM s MINID x
            XTRIM s LIMIT 1
            XTRIM s LIMIT 0
            XTRIM s MAXLEN 1 LIMIT 1
            XTRIM s MAXLEN 1 LIMIT 0
            XTRIM s MAXLEN ~ 1 LIMIT -1
            XTRIM s MAXLEN ~ 1 LIMIT x
            XTRIM s MAXLEN ~ 1 LIMIT
            XTRIM s NOMKSTREAM MAXLEN 1
            XADD s 1-1 f v
            XTRIM s MAXLEN
            XTRIM s MAXLEN x
            XTRIM s MAXLEN 1 MINID 1
            XTRIM s LIMIT 1
            XTRIM s MAXLEN 1 LIMIT 1
            XLEN s
            """
        },
        {
            "XDEL", """
            XDEL s 1-1
            XADD s 1-1 f v
            XADD s 1-2 f v
            XADD s 1-3 f v
            XADD s 2-0 f v
            XADD s 3-0 f v
            XDEL s 1-9
            XDEL s 1-2
            XDEL s 1-2
            XINFO STREAM s
            XDEL s 1-1 2 2-0 9
            XRANGE s - +
            XINFO STREAM s
            XDEL s 1-3 x
            XDEL s -
            XDEL s 1-*
            XDEL s
            XRANGE s - +
            XDEL s 1-3 3-0
            EXISTS s
            XINFO STREAM s
            XADD s 3-0 f v
            XADD s 3-* f v
            XRANGE s - +
            """
        },
        {
            "XINFO", """
            XINFO STREAM s
            XADD s 1-1 f v
            XINFO STREAM s
            xinfo stream s
            XADD s 2-1 g w
            XINFO STREAM s
            XINFO STREAM
            XINFO STREAM s BOGUS
            xinfo stream s 1 2
            XINFO BOGUS s
            """
        },
        {
            "A stream is a key like any other", """
            XADD s 1-1 f v
            EXISTS s
            RENAME s t
            EXISTS s
            XRANGE t - +
            DEL t
            EXISTS t
            XLEN t
            XADD t 1-1 f v
            PEXPIRE t 100000
            XADD t 1-2 f v
            PERSIST t
            XRANGE t - +
            UNLINK t
            XADD t 1-1 f v
            DBSIZE
            FLUSHALL
            XLEN t
            """
        },
        {
            "In a transaction", """
            MULTI
            XADD s 1-1 f v
            XADD s 1-1 f v
            XADD s 1-2 f v
            XRANGE s - +
            XDEL s 1-1
            XTRIM s MAXLEN 0
            XLEN s
            EXEC
            """
        },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_replies_are_those_of_Redis(string about, string commands)
    {
        await using var both = await SideBySide.StartAsync();
        foreach (var command in commands.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await both.SameAsync(command.Split(' '));
        }

        Assert.NotEmpty(about);
    }

    [Fact]
    public async Task An_automatic_id_is_the_time()
    {
        await using var both = await SideBySide.StartAsync();
        foreach (var connection in (RespConnection[])[both.ToRedis, both.ToEmbedded])
        {
            var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            var id = (await connection.SendAsync("XADD", "s", "*", "f", "v"))[1..].Split('-');
            Assert.InRange(long.Parse(id[0], CultureInfo.InvariantCulture), before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
            Assert.Equal("0", id[1]);
        }
    }

    [Theory]
    [InlineData("SET other x")]
    [InlineData("HSET other f v")]
    [InlineData("LPUSH other x")]
    [InlineData("ZADD other 1 x")]
    public async Task A_key_of_another_type_is_refused_and_unharmed(string make)
    {
        await using var both = await SideBySide.StartAsync();
        await both.SameAsync(make.Split(' '));
        var dump = make[0] switch { 'S' => "GET other", 'H' => "HGETALL other", 'L' => "LRANGE other 0 -1", _ => "ZRANGE other 0 -1" };
        foreach (var command in (string[])
        [
            "XADD other * f v", "XADD other NOMKSTREAM * f v", "XRANGE other - +", "XREVRANGE other + -", "XLEN other",
            "XTRIM other MAXLEN 1", "XDEL other 1-1", "XINFO STREAM other",
        ])
        {
            // Garnet's text ends with a full stop, Redis' does not; clients go by the first word.
            Assert.StartsWith("-WRONGTYPE ", await both.ToRedis.SendAsync(command.Split(' ')), StringComparison.Ordinal);
            Assert.StartsWith("-WRONGTYPE ", await both.ToEmbedded.SendAsync(command.Split(' ')), StringComparison.Ordinal);
        }

        await both.SameAsync(dump.Split(' '));
    }

    [Fact]
    public async Task A_stream_is_refused_to_commands_of_other_types_and_unharmed()
    {
        await using var both = await SideBySide.StartAsync();
        await both.SameAsync("XADD", "s", "1-1", "f", "v");
        foreach (var command in (string[])["GET s", "INCR s", "APPEND s x", "STRLEN s", "HGET s f", "HSET s f v", "LPUSH s x", "SADD s x", "ZADD s 1 x"])
        {
            Assert.StartsWith("-WRONGTYPE ", await both.ToRedis.SendAsync(command.Split(' ')), StringComparison.Ordinal);
            Assert.StartsWith("-WRONGTYPE ", await both.ToEmbedded.SendAsync(command.Split(' ')), StringComparison.Ordinal);
        }

        await both.SameAsync("XRANGE", "s", "-", "+");
    }

    [Theory]
    [InlineData("MAXLEN")]
    [InlineData("MINID")]
    public async Task Approximate_trimming_keeps_what_it_promises(string strategy)
    {
        await using var both = await SideBySide.StartAsync();
        foreach (var connection in (RespConnection[])[both.ToRedis, both.ToEmbedded])
        {
            for (var i = 1; i <= 1000; i++)
            {
                await connection.SendAsync("XADD", "s", $"1-{i}", "f", "v");
            }

            Assert.Equal(":0", await connection.SendAsync("XTRIM", "s", strategy, "~", strategy == "MAXLEN" ? "1000" : "1-1"));
            var limited = await connection.SendAsync("XTRIM", "s", strategy, "~", strategy == "MAXLEN" ? "500" : "1-501", "LIMIT", "200");
            Assert.InRange(int.Parse(limited.AsSpan(1), CultureInfo.InvariantCulture), 100, 200);
            await connection.SendAsync("XADD", "s", strategy, "~", strategy == "MAXLEN" ? "500" : "1-502", "1-1001", "f", "v");

            Assert.InRange(int.Parse((await connection.SendAsync("XLEN", "s")).AsSpan(1), CultureInfo.InvariantCulture), 500, 600);
            Assert.Equal("*1[*2[$1-1001, *2[$f, $v]]]", await connection.SendAsync("XREVRANGE", "s", "+", "-", "COUNT", "1"));
            Assert.Equal("*1[*2[$1-502, *2[$f, $v]]]", await connection.SendAsync("XRANGE", "s", "1-502", "+", "COUNT", "1"));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Thousands_of_random_commands_are_answered_alike(int seed)
    {
        const int Commands = 3000;
        await using var both = await SideBySide.StartAsync();
        var commands = new RandomCommands(seed);
        for (var i = 0; i < Commands; i++)
        {
            var command = commands.Next();
            try
            {
                if (command.Contains("~"))
                {
                    // Redis trims by whole nodes, so how far it went differs: gone the rest of the way, both are one again.
                    await both.ToRedis.SendAsync(command);
                    await both.ToEmbedded.SendAsync(command);
                    var exact = RandomCommands.TrimExactly(command);
                    await both.ToRedis.SendAsync(exact);
                    await both.ToEmbedded.SendAsync(exact);
                    command = ["XINFO", "STREAM", command[1]];
                }

                await both.SameAsync(command);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}, command {i}: {string.Join(' ', command)}", e);
            }
        }

        foreach (var key in RandomCommands.Keys)
        {
            await both.SameAsync("XRANGE", key, "-", "+");
            await both.SameAsync("XREVRANGE", key, "+", "-");
        }
    }
}
