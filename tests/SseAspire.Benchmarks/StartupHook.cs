/// <summary>
/// Runs inside each server before its own code (DOTNET_STARTUP_HOOKS) and answers every line of standard input
/// with what the process has allocated. The servers need no code for being measured.
/// </summary>
internal static class StartupHook
{
    /// <summary>What an answer begins with.</summary>
    public const string Answer = "allocated ";

    public static void Initialize()
    {
        // Only this process and not those it starts.
        Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", null);
        new Thread(Listen) { IsBackground = true }.Start();
    }

    private static void Listen()
    {
        while (Console.In.ReadLine() is not null)
        {
            Console.Out.WriteLine(FormattableString.Invariant(
                $"{Answer}{GC.GetTotalAllocatedBytes(precise: true)} {GC.CollectionCount(0)}"));
        }

        // Whoever measures is gone, so nobody would end this server.
        Environment.Exit(1);
    }
}
