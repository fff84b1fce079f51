using System.Runtime.InteropServices;
using Gitproc.Interop;
using Gitproc.Processes;

namespace Gitproc.Unit.Processes;

/// <summary>What macOS says of processes, which can be read anywhere.</summary>
public sealed class MacProcessesTests
{
    [Fact]
    public void A_process_is_read_where_the_headers_have_its_values()
    {
        Assert.Equal(648, Marshal.SizeOf<HeaderProc>());
        Assert.Equal(
            new ProcessEntry(new ProcessIdentity(4711, 1_700_000_000_000_123), 4700, "Runner.Worker", IsFork: false),
            Read(Process(4711, 4700, "Runner.Worker")));
    }

    [Fact]
    public void A_name_that_fills_its_place_is_whole() =>
        Assert.Equal("sixteen-letters-", Read(Process(4711, 4700, "sixteen-letters-"))!.Name);

    [Fact]
    public void A_copy_of_a_shell_has_not_called_exec()
    {
        var copy = Process(4711, 4700, "zsh");
        copy.Process.Flags = 0x4004; // P_EXEC, P_LP64
        Assert.False(Read(copy)!.IsFork);
        copy.Process.Flags = 4;
        Assert.True(Read(copy)!.IsFork);
    }

    [Fact]
    public void A_zombie_is_gone()
    {
        var zombie = Process(4711, 4700, "sh");
        zombie.Process.Status = 5; // SZOMB
        Assert.Null(Read(zombie));
    }

    // launchd would hold a lease for ever.
    [Fact]
    public void A_process_whose_parent_has_ended_has_none() =>
        Assert.Equal(0, Read(Process(4711, 1, "sh"))!.ParentId);

    private static HeaderProc Process(int id, int parentId, string name)
    {
        var process = new HeaderProc();
        process.Process.StartTime = new Timeval { Seconds = 1_700_000_000, Microseconds = 123 };
        process.Process.Flags = 0x4004;
        process.Process.Status = 2; // SRUN
        process.Process.Id = id;
        process.Parent.ParentId = parentId;
        process.Process.Command = name;
        return process;
    }

    private static ProcessEntry? Read(HeaderProc process)
    {
        var memory = Marshal.AllocHGlobal(Marshal.SizeOf<HeaderProc>());
        try
        {
            Marshal.StructureToPtr(process, memory, fDeleteOld: false);
            return MacProcesses.Read(Marshal.PtrToStructure<KInfoProc>(memory));
        }
        finally
        {
            Marshal.FreeHGlobal(memory);
        }
    }

#pragma warning disable CS0649 // Only a few of these fields are used. The others are there for their size.

    // struct timeval of a process of 64 bits.
    private struct Timeval
    {
        public long Seconds;
        public int Microseconds;
    }

    // struct kinfo_proc of sys/sysctl.h.
    private struct HeaderProc
    {
        public ExternProc Process;
        public Eproc Parent;
    }

    // struct extern_proc of sys/proc.h.
    private struct ExternProc
    {
        public Timeval StartTime;
        public nint VmSpace;
        public nint SigActs;
        public uint Flags;
        public byte Status;
        public int Id;
        public int OldParentId;
        public int DupFD;
        public nint UserStack;
        public nint ExitThread;
        public int Debugger;
        public int SigWait;
        public uint EstCpu;
        public int CpuTicks;
        public uint PctCpu;
        public nint WaitChannel;
        public nint WaitMessage;
        public uint SwapTime;
        public uint SleepTime;
        public Timeval TimerInterval;
        public Timeval TimerValue;
        public Timeval RealTime;
        public ulong UserTicks;
        public ulong SystemTicks;
        public ulong InterruptTicks;
        public int TraceFlag;
        public nint TraceVnode;
        public int SigList;
        public nint TextVnode;
        public int HoldCount;
        public uint SigMask;
        public uint SigIgnore;
        public uint SigCatch;
        public byte Priority;
        public byte UserPriority;
        public sbyte Nice;
        [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 17)]
        public string Command;
        public nint ProcessGroup;
        public nint Address;
        public ushort ExitStatus;
        public ushort AccountingFlags;
        public nint Usage;
    }

    // struct eproc of sys/sysctl.h.
    private struct Eproc
    {
        public nint Address;
        public nint Session;
        public Pcred ProcessCredentials;
        public Ucred Credentials;
        public Vmspace Memory;
        public int ParentId;
        public int GroupId;
        public short JobCount;
        public int TerminalDevice;
        public int TerminalGroupId;
        public nint TerminalSession;
        [MarshalAs(UnmanagedType.ByValArray, SizeConst = 8)]
        public byte[] WaitMessage;
        public int TextSize;
        public short TextResidentSize;
        public short TextReferences;
        public short SwapResidentSize;
        public int Flag;
        [MarshalAs(UnmanagedType.ByValArray, SizeConst = 12)]
        public byte[] Login;
        [MarshalAs(UnmanagedType.ByValArray, SizeConst = 4)]
        public int[] Spare;
    }

    private struct Pcred
    {
        [MarshalAs(UnmanagedType.ByValArray, SizeConst = 72)]
        public byte[] Lock;
        public nint Credentials;
        public uint RealUserId;
        public uint SavedUserId;
        public uint RealGroupId;
        public uint SavedGroupId;
        public int References;
    }

    private struct Ucred
    {
        public int References;
        public uint UserId;
        public short GroupCount;
        [MarshalAs(UnmanagedType.ByValArray, SizeConst = 16)]
        public uint[] Groups;
    }

    private struct Vmspace
    {
        public int Dummy;
        public nint Dummy2;
        [MarshalAs(UnmanagedType.ByValArray, SizeConst = 5)]
        public int[] Dummy3;
        [MarshalAs(UnmanagedType.ByValArray, SizeConst = 3)]
        public nint[] Dummy4;
    }
}
