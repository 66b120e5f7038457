namespace SseAspire.Web.Lab;

/// <summary>What a visitor wants to see run.</summary>
/// <param name="Rate">Events a second.</param>
/// <param name="Size">Bytes of an event's data.</param>
/// <param name="Interval">Seconds between two polls.</param>
/// <param name="Readers">How many virtual readers there are.</param>
/// <param name="Seconds">For how long events are published.</param>
/// <param name="Cut">For how many seconds a cut of the network lasts.</param>
internal sealed record LabSettings(double Rate, int Size, double Interval, int Readers, int Seconds, int Cut)
{
    /// <summary>
    /// Deliveries a second that virtual readers may ask for, all together: beyond it the front end, which reads
    /// them, would be what is measured.
    /// </summary>
    public const int MostDeliveries = 20_000;

    /// <summary>The same in bytes.</summary>
    public const int MostBytes = 50_000_000;

    /// <summary>
    /// Reads the settings by their fields' names; what is not given is as usual.
    /// </summary>
    /// <returns>Null with what is wrong.</returns>
    public static LabSettings? Read(Func<string, string?> valueOf, out IReadOnlyList<WrongField> wrong)
    {
        var errors = new List<WrongField>();
        wrong = errors;
        var numbers = new Dictionary<LabField, double>();
        foreach (var field in LabField.All)
        {
            var text = valueOf(field.Name);
            if (string.IsNullOrWhiteSpace(text))
            {
                numbers[field] = field.Usual;
            }
            else if (field.Read(text) is { } number)
            {
                numbers[field] = number;
            }
            else
            {
                errors.Add(new WrongField(field, field.Step < 1 ? "wrong.number" : "wrong.whole", [field.Least, field.Most]));
            }
        }

        if (errors.Count > 0)
        {
            return null;
        }

        var settings = new LabSettings(
            numbers[LabField.Rate],
            (int)numbers[LabField.Size],
            numbers[LabField.Interval],
            (int)numbers[LabField.Readers],
            (int)numbers[LabField.Seconds],
            (int)numbers[LabField.Cut]);
        var most = (int)Math.Min(MostDeliveries / settings.Rate, MostBytes / settings.Rate / settings.Size);
        if (settings.Readers > most)
        {
            errors.Add(new WrongField(LabField.Readers, "wrong.readers", [most]));
            return null;
        }

        return settings;
    }
}

/// <summary>A field that holds what it may not.</summary>
/// <param name="Reason">A key of the page's texts, whose first place is for the field's label.</param>
/// <param name="Bounds">For the places after it.</param>
internal sealed record WrongField(LabField Field, string Reason, IReadOnlyList<object> Bounds);
