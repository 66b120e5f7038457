using System.Text;

namespace SseAspire.Broker.Tests;

public sealed class EventIdTests
{
    [Theory]
    [InlineData("0-0", 0UL, 0UL)]
    [InlineData("1795363132834-1041", 1795363132834UL, 1041UL)]
    [InlineData("18446744073709551615-18446744073709551615", ulong.MaxValue, ulong.MaxValue)]
    public void An_id_is_read_and_written_the_same(string text, ulong epoch, ulong sequence)
    {
        Assert.True(EventId.TryParse(text, out var id));
        Assert.Equal(new EventId(epoch, sequence), id);
        Assert.Equal(text, id.ToString());
        Assert.Equal(text, $"{id}");

        Span<byte> bytes = stackalloc byte[EventId.MaxLength];
        Assert.True(id.TryFormat(bytes, out var written));
        Assert.Equal(text, Encoding.UTF8.GetString(bytes[..written]));
        Assert.True(text.Length <= EventId.MaxLength);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("5")]
    [InlineData("5-")]
    [InlineData("-5")]
    [InlineData("5-5-5")]
    [InlineData("5--5")]
    [InlineData("+5-5")]
    [InlineData(" 5-5")]
    [InlineData("5-5 ")]
    [InlineData("5-5\n")]
    [InlineData("5 - 5")]
    [InlineData("0x5-5")]
    [InlineData("٥-٥")]
    [InlineData("1,000-5")]
    [InlineData("18446744073709551616-0")]
    [InlineData("0-18446744073709551616")]
    [InlineData("5-*")]
    public void What_is_not_an_id_is_not_read(string text) => Assert.False(EventId.TryParse(text, out _));

    [Fact]
    public void Ids_are_in_the_order_of_the_log()
    {
        EventId[] inOrder = [EventId.Earliest, new(0, 1), new(1, 0), new(1, 9), new(1, 10), new(10, 0), new(ulong.MaxValue, 0)];
        for (var i = 0; i < inOrder.Length; i++)
        {
            for (var j = 0; j < inOrder.Length; j++)
            {
                Assert.Equal(i < j, inOrder[i] < inOrder[j]);
                Assert.Equal(i <= j, inOrder[i] <= inOrder[j]);
                Assert.Equal(i > j, inOrder[i] > inOrder[j]);
                Assert.Equal(i >= j, inOrder[i] >= inOrder[j]);
                Assert.Equal(i == j, inOrder[i] == inOrder[j]);
            }
        }
    }

    [Fact]
    public void A_buffer_that_is_too_short_is_refused_at_every_length()
    {
        var id = new EventId(1795363132834, 1041);
        for (var length = 0; length < id.ToString().Length; length++)
        {
            Assert.False(id.TryFormat(new byte[length], out var written));
            Assert.Equal(0, written);
        }
    }

    [Fact]
    public void The_next_id_always_comes_later()
    {
        Assert.Equal(new EventId(5, 6), new EventId(5, 5).Next);
        Assert.True(new EventId(5, ulong.MaxValue).Next > new EventId(5, ulong.MaxValue));
    }
}
